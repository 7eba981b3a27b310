import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { table } from "./table.ts"

test("seeds become mean ± deviation, floors are set apart, words go left, text is escaped", () => {
  const { document } = new JSDOM(
    table({
      title: "Test <MSE>",
      corner: "model",
      columns: ["MSE", "epochs", "reading"],
      rows: [
        { label: "floor", kind: "floor", cells: [0.0123, null, ""] },
        { label: "pixel", cells: [[0.04, 0.041, 0.042], "not reached", "<b>worse</b>"] },
        { label: "latent", cells: [{ mean: 0.031, sd: 0.0004 }, 4, "better"] },
      ],
      notes: ["A note."],
    }).html,
  ).window
  const cells = [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))
  expect(cells).toEqual([
    ["floor", "0.0123", "–", ""],
    ["pixel", "0.0410 ± 0.0010", "not reached", "<b>worse</b>"],
    ["latent", "0.03100 ± 0.00040", "4", "better"],
  ])
  expect(document.querySelector("caption")!.textContent.trim()).toBe("Test <MSE>")
  expect(document.querySelectorAll("tr.floor")).toHaveLength(1)
  expect([...document.querySelectorAll("thead .words")].map((head) => head.textContent)).toEqual(["reading"])
  expect(document.querySelector(".note")!.textContent).toBe("A note.")
})

test("a row of another length than the header is refused", () => {
  expect(() => table({ title: "t", columns: ["a", "b"], rows: [{ label: "r", cells: [1] }] })).toThrow(/expected 2 cells in row "r", got 1/)
})
