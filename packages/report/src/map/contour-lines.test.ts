import { expect, test } from "vitest"
import { contourLines } from "./contour-lines.ts"
import { fieldExtrema } from "./field-extrema.ts"

const [width, height] = [60, 40]
const field = (value: (x: number, y: number) => number) => ({
  width,
  height,
  values: Float64Array.from({ length: width * height }, (_, i) => value((i % width) + 0.5, Math.floor(i / width) + 0.5)),
})
const points = (path: string) => [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

test("lines lie on their values, one for each multiple inside the range, none along the edge", () => {
  const { path, labels } = contourLines(
    field((x) => x),
    { interval: 10, pixels: 4 },
  )
  expect([...new Set(points(path).map(([x]) => x))].toSorted((a, b) => a - b)).toEqual([40, 80, 120, 160, 200])
  expect(path.match(/M/g)).toHaveLength(5)
  expect(labels).toEqual([]) // lines that run straight up have no readable label
})

test("a hill has closed rings of the right radius with labels on them", () => {
  const { path, labels } = contourLines(
    field((x, y) => 1000 - Math.hypot(x - 30, y - 20)),
    { interval: 5, pixels: 4 },
  )
  const radii = new Set(points(path).map(([x, y]) => Math.round(Math.hypot(x / 4 - 30, y / 4 - 20) * 2) / 2))
  expect([...radii].every((radius) => Math.abs(radius - 5 * Math.round(radius / 5)) <= 0.5)).toBe(true)
  expect(labels.map(({ text }) => text)).toEqual(expect.arrayContaining(["990", "995"]))
  for (const { x, y, text } of labels) expect(1000 - Math.hypot(x / 4 - 30, y / 4 - 20)).toBeCloseTo(Number(text), 0)
})

test("no line goes round missing data, and constant or empty fields have none", () => {
  const hole = field((x, y) => (Math.abs(x - 30) < 8 && Math.abs(y - 20) < 8 ? NaN : y))
  for (const [x, y] of points(contourLines(hole, { interval: 10, pixels: 1 }).path)) {
    expect(y % 10).toBeCloseTo(0, 1)
    expect(Math.abs(x - 30) < 8 && Math.abs(y - 20) < 8).toBe(false)
  }
  expect(
    contourLines(
      field(() => 5),
      { interval: 1, pixels: 1 },
    ).path,
  ).toBe("")
  expect(
    contourLines(
      field(() => NaN),
      { interval: 1, pixels: 1 },
    ).path,
  ).toBe("")
})

test("highs and lows are found once each, where they stand out", () => {
  const bump = (x: number, y: number, cx: number, cy: number) => Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 40)
  const two = field((x, y) => 1010 + 20 * bump(x, y, 15.5, 20.5) - 30 * bump(x, y, 42.5, 15.5))
  expect(fieldExtrema(two, { prominence: 4, pixels: 4 })).toEqual([
    { kind: "low", x: 42.5 * 4, y: 15.5 * 4 },
    { kind: "high", x: 15.5 * 4, y: 20.5 * 4 },
  ])
  expect(fieldExtrema(two, { prominence: 40, pixels: 4 })).toEqual([])
  expect(
    fieldExtrema(
      field(() => 3),
      { prominence: 1, pixels: 4 },
    ),
  ).toEqual([])
})
