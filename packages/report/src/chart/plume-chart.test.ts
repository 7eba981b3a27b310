import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { plumeChart } from "./plume-chart.ts"

const parse = (html: string) => new JSDOM(html).window.document
const rows = (document: Document) =>
  [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))
const members = Array.from({ length: 21 }, (_, m) => [m, 10 * m, m === 0 ? NaN : 5])

test("quantiles, truth and climatology go into picture, words and table", () => {
  const { html, svg } = plumeChart({
    title: "Point",
    x: { label: "lead (days)" },
    y: { label: "pressure (hPa)" },
    times: [1, 2, 3],
    members,
    truth: [9, 101, NaN],
    climatology: [1, 2, 3].map(() => ({ middle: 8, low: 2, high: 14 })),
  })
  const document = parse(html)
  expect(rows(document)).toEqual([
    ["1", "10", "5 to 15", "1 to 19", "9", "8 (2 to 14)"],
    ["2", "100", "50 to 150", "10 to 190", "101", "8 (2 to 14)"],
    ["3", "5", "5 to 5", "5 to 5", "–", "8 (2 to 14)"],
  ])
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toContain(
    "At lead (days) 1 the median is 10 and 90 % of the members lie from 1 to 19; the truth is 9.",
  )
  expect(svg).not.toMatch(/NaN|var\(|undefined/)
  expect(svg).toContain("pressure (hPa)")
})

test("a plume without truth, climatology or any value is drawn", () => {
  for (const one of [members, [[NaN, NaN, NaN]], []]) {
    const { svg, html } = plumeChart({ title: "t", x: { label: "x" }, y: { label: "y" }, times: [1, 2, 3], members: one })
    expect(svg).not.toContain("NaN")
    expect(html).toContain("<details>")
    expect(html).not.toContain("truth")
  }
})
