import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { rankHistogram } from "./rank-histogram.ts"
import { reliabilityDiagram } from "./reliability-diagram.ts"
import { scatterChart } from "./scatter-chart.ts"

const parse = (html: string) => new JSDOM(html).window.document
const rows = (document: Document) =>
  [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))

test("ranks are drawn relative to a flat histogram, side by side, with the band of chance", () => {
  const draw = (cases: number) =>
    rankHistogram({
      title: "Ranks",
      panels: [
        { label: "day 1", shares: [0.4, 0.2, 0.4], cases },
        { label: "day 5", shares: [0.3, 0.4, 0.3], cases },
      ],
    })
  const document = parse(draw(200).html)
  expect(rows(document)).toEqual([
    ["0", "1.2", "0.9"],
    ["1", "0.6", "1.2"],
    ["2", "1.2", "0.9"],
  ])
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toContain(
    "day 1: 1.2 below all members, 1.2 above all, 0.6 in the middle.",
  )
  const heights = (cases: number) =>
    [...parse(draw(cases).html).querySelectorAll('svg g[fill-opacity="0.12"] rect')].map((rect) => Number(rect.getAttribute("height")))
  expect(heights(200)).toHaveLength(2)
  // 1.96 sqrt(2 / cases): a quarter of the cases, twice the band.
  expect(heights(200)[0]! / heights(800)[0]!).toBeCloseTo(2, 5)
})

test("a reliability diagram leaves out what was never said, and counts what was", () => {
  const { html, svg } = reliabilityDiagram({
    title: "Reliability",
    baseRate: 0.05,
    series: [
      {
        name: "day 1",
        bins: [
          { probability: 0, share: 0.9, observed: 0.01 },
          { probability: 0.5, share: 0, observed: null },
          { probability: 1, share: 0.1, observed: 0.8 },
        ],
      },
    ],
  })
  const document = parse(html)
  expect(rows(document)).toEqual([
    ["0", "0.01 (90 %)"],
    ["0.5", "– (0 %)"],
    ["1", "0.8 (10 %)"],
  ])
  expect(document.querySelectorAll('svg g[fill-opacity="0.7"] rect')).toHaveLength(2)
  expect(document.querySelector("svg")!.textContent).toContain("base rate 5 %")
  expect(svg).not.toMatch(/NaN|Infinity|var\(/)
})

test("a scatter chart has equal axes where it shows the line of equality, and no label on another", () => {
  const { html, svg } = scatterChart({
    title: "Spread",
    x: { label: "spread (hPa)" },
    y: { label: "error (hPa)" },
    identity: "calibrated",
    series: [
      {
        name: "forecast",
        points: [
          { x: 2, y: 3, label: "day 1" },
          { x: 5, y: 6, label: "day 5" },
          { x: 5.01, y: 6.01, label: "day 6" },
          { x: NaN, y: 1 },
        ],
      },
    ],
  })
  const document = parse(html)
  const words = [...document.querySelectorAll("svg text")].map((text) => text.textContent)
  expect(words).toContain("calibrated")
  expect(words.filter((word) => word.startsWith("day"))).toEqual(["day 1", "day 5"])
  expect(words.filter((word) => word === "4.0")).toHaveLength(2)
  expect(rows(document)).toHaveLength(3)
  expect(svg).not.toMatch(/NaN/)
})
