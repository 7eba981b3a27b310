import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const map = readFileSync(join(root, "docs", "paper-map.md"), "utf8")

/** Rows of a section's table as cells; the heads are left out. */
function rowsOf(title: string): string[][] {
  const section = map.split(/^## /m).find((text) => text.startsWith(title)) ?? ""
  const lines = section.split("\n").filter((line) => line.startsWith("|"))
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
const filesIn = (cell: string): string[] => [...cell.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file!)
const inRepository = (file: string, base: string): string => join(root, /^(packages|apps)\//.test(file) ? "" : base, file)
const core = "packages/core/src"

describe("docs/paper-map.md", () => {
  it.each([
    ["Equations", core],
    ["Claims", core],
    ["Setups", "packages/image/src/experiment"],
    ["Systems", core],
  ])("%s: every file is there, and what is done has a test", (title, base) => {
    const rows = rowsOf(title)
    expect(rows.length).toBeGreaterThan(5)
    for (const cells of rows) {
      for (const file of cells.flatMap(filesIn)) expect(existsSync(inRepository(file, base)), `${cells[0]}: ${file}`).toBe(true)
      if (/^(done|measured)/.test(cells.at(-1)!)) expect(filesIn(cells.at(-2)!).join(), `${cells[0]} has no test`).toMatch(/\.test\.ts/)
    }
  })

  it("has each equation from 1 to 20, cited beside a line of its file", () => {
    const rows = rowsOf("Equations")
    expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    for (const [number, , cell, , state] of rows) {
      if (!state!.startsWith("done")) continue
      const code = readFileSync(inRepository(filesIn(cell!)[0]!, core), "utf8")
      const cited = [...code.matchAll(/\/\/.*Eqs?\. ([^:;\n]*)/g)].flatMap(([, text]) => {
        const [from, to] = [...text!.matchAll(/\((\d+)\)/g)].map(([, digits]) => Number(digits))
        return to === undefined ? [from] : text!.includes("-") ? Array.from({ length: to - from! + 1 }, (_, i) => from! + i) : [from, to]
      })
      expect(cited, `Eq. (${number})`).toContain(Number(number))
    }
  })
})
