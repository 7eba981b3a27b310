import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { barChart } from "./bar-chart.ts"
import { dotChart } from "./dot-chart.ts"
import { lineChart, meanBand } from "./line-chart.ts"
import { palette, seriesSymbol } from "./palette.ts"

const parse = (html: string) => new JSDOM(html).window.document
const rows = (document: Document) =>
  [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))

test("a line chart draws its curves, bands and references, and says them in words and numbers", () => {
  const chart = lineChart({
    title: "Learning <curves>",
    description: "Lower is better.",
    x: { label: "epoch" },
    y: { label: "test MSE", scale: "log" },
    series: [
      {
        name: "pixel",
        points: meanBand(
          [1, 2, 3],
          [
            [0.3, 0.2, 0.1],
            [0.5, 0.2, 0.1],
          ],
        ),
      },
      {
        name: "latent",
        points: [
          { x: 1, y: 0.2 },
          { x: 2, y: NaN },
          { x: 3, y: 0 },
        ],
      },
    ],
    references: [{ label: "floor", value: 0.05 }],
  })
  const document = parse(chart.html)
  expect(document.querySelector("h4")!.textContent).toBe("Learning <curves>")
  expect(document.querySelectorAll("svg[role=img]")).toHaveLength(1)
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toBe(
    'Learning <curves>. Line chart of test MSE by epoch. pixel goes from 0.4 at epoch 1 to 0.1 at epoch 3. latent is 0.2 at epoch 1. The line "floor" is at 0.05.',
  )
  expect(rows(document)).toEqual([
    ["1", "0.4 (0.2586 to 0.5414)", "0.2"],
    ["2", "0.2 (0.2 to 0.2)", "not a number"],
    ["3", "0.1 (0.1 to 0.1)", "0"],
  ])
  expect(chart.svg).not.toMatch(/NaN|var\(|undefined/)
  expect(chart.svg).toContain(palette[1]!.light)
  expect(chart.svg).toMatch(/>epoch<[\s\S]*>test MSE<|>test MSE<[\s\S]*>epoch</)
})

test("the same data draw the same chart", () => {
  const draw = () =>
    lineChart({
      title: "t",
      x: { label: "x" },
      y: { label: "y" },
      series: [
        {
          name: "s",
          points: [
            { x: 0, y: 1 },
            { x: 1, y: 2 },
          ],
        },
      ],
    }).html
  expect(draw()).toBe(draw())
})

test.each(["linear", "log"] as const)("empty series, single points and equal values are drawn on a %s axis", (scale) => {
  for (const points of [
    [],
    [{ x: 1, y: 1 }],
    [
      { x: 1, y: 2 },
      { x: 2, y: 2 },
    ],
    [{ x: 1, y: -1, low: -2, high: 0 }],
  ]) {
    const { svg, html } = lineChart({ title: "t", x: { label: "x" }, y: { label: "y", scale }, series: [{ name: "s", points }] })
    expect(svg).not.toContain("NaN")
    expect(html).toContain("<details>")
  }
})

test("a long curve keeps its ends in a table of at most 200 rows", () => {
  const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: x }))
  const table = rows(parse(lineChart({ title: "t", x: { label: "x" }, y: { label: "y" }, series: [{ name: "s", points }] }).html))
  expect(table).toHaveLength(200)
  expect([table[0]![0], table.at(-1)![0]]).toEqual(["0", "4,999"])
})

test("bars and dots carry their deviations into picture, words and table", () => {
  const values = [
    { name: "pixel", series: "clean", value: 0.04, sd: 0.002 },
    { name: "latent", series: "clean", value: 0.03 },
    { name: "pixel", series: "noisy", value: 0.4, sd: 0.01 },
  ]
  const bars = barChart({ title: "b", x: "model", y: { label: "MSE" }, bars: values.map(({ name, ...bar }) => ({ ...bar, group: name })) })
  const dots = dotChart({ title: "d", x: { label: "MSE" }, y: "model", dots: values.map(({ name, ...dot }) => ({ ...dot, row: name })) })
  for (const { html, svg } of [bars, dots]) {
    const document = parse(html)
    expect(rows(document)).toEqual([
      ["pixel", "0.0400 ± 0.0020", "0.400 ± 0.010"],
      ["latent", "0.03", "–"],
    ])
    expect(document.querySelector("svg")!.getAttribute("aria-label")).toContain("pixel, noisy: 0.400 ± 0.010.")
    expect(svg).not.toContain("NaN")
  }
  expect(parse(bars.html).querySelectorAll("svg rect")).toHaveLength(3)
})

test("36 series have 36 different looks", () => {
  const looks = Array.from({ length: 36 }, (_, index) => `${index % palette.length} ${seriesSymbol(index)}`)
  expect(new Set(looks).size).toBe(36)
})
