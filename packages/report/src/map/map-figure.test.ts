import { decode } from "fast-png"
import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { mapFigure, type MapRow } from "./map-figure.ts"
import { mapFilm } from "./map-film.ts"
import type { MapGrid } from "./map-grid.ts"

const atlantic: MapGrid = {
  latitudes: Array.from({ length: 9 }, (_, i) => 70 - 5 * i),
  longitudes: Array.from({ length: 17 }, (_, j) => -70 + 5 * j),
}
const low = Array.from(
  { length: 9 * 17 },
  (_, i) => 1012 - 30 * Math.exp(-(((Math.floor(i / 17) - 4) / 2) ** 2) - (((i % 17) - 8) / 3) ** 2),
)
const row = (more: Partial<MapRow> = {}): MapRow => ({ label: "mean", units: "hPa", panels: [low, low], ...more })
const draw = (rows: readonly MapRow[]) => {
  const chart = mapFigure({
    title: "Pressure & more",
    grid: atlantic,
    columns: ["day 1", "day 2"],
    rows,
    points: [{ longitude: 350, latitude: 50 }],
  })
  return { ...chart, document: new JSDOM(chart.html).window.document }
}
/** Without the pictures' bytes, in which any three letters may stand. */
const plain = (svg: string): string => svg.replaceAll(/base64,[^"]*/g, "")
const words = (document: Document) => [...document.querySelectorAll("svg text")].map((text) => text.textContent)

test("every map has coast, degrees, its point, a heading, and its row a bar with units", () => {
  const { document, svg } = draw([row({ contours: 4, extrema: 4 }), row({ label: "spread", palette: "spread", panels: [null, low] })])
  expect(document.querySelectorAll("svg image")).toHaveLength(3)
  expect(document.querySelectorAll("svg use[href$=coast]")).toHaveLength(3)
  expect(document.querySelectorAll("svg circle")).toHaveLength(3)
  expect(document.querySelector("[id$=coast]")!.getAttribute("d")!.length).toBeGreaterThan(500)
  expect(words(document)).toEqual(expect.arrayContaining(["day 1", "day 2", "mean (hPa)", "spread (hPa)", "60°N", "0°", "L", "1000"]))
  expect(words(document)).not.toContain("H")
  expect(plain(svg)).not.toMatch(/NaN|undefined|var\(|currentColor/)
  expect(document.querySelector("tbody tr")!.textContent).toContain("982 to 1,012")
})

test("a place lies where its degrees say: the point on the meridian and the parallel of its labels", () => {
  const { document } = draw([row()])
  const point = document.querySelector("svg circle")!
  const width = Number(document.querySelector("clipPath rect")!.getAttribute("width"))
  const height = Number(document.querySelector("clipPath rect")!.getAttribute("height"))
  expect(Number(point.getAttribute("cx"))).toBeCloseTo((60 / 80) * width, 6)
  expect(Number(point.getAttribute("cy"))).toBeCloseTo((20 / 40) * height, 6)
  // True to scale at 50 N: a degree of longitude is cos(50) of one of latitude.
  expect(height / 40 / (width / 80)).toBeCloseTo(1 / Math.cos((50 * Math.PI) / 180), 1)
})

test("rows of the same range have the same colours, and missing values none", () => {
  const pixels = (more: Partial<MapRow>) => {
    const { document } = draw([row(more)])
    return [...document.querySelectorAll("svg image")].map((image) =>
      decode(Buffer.from(image.getAttribute("href")!.replace("data:image/png;base64,", ""), "base64")),
    )
  }
  const colour = (more: Partial<MapRow>) => {
    const { data, palette } = pixels(more)[0]!
    return palette![data[0]!]
  }
  const constant = (value: number) => low.map(() => value)
  expect(colour({ panels: [constant(1000)], range: [980, 1020] })).toEqual(colour({ panels: [constant(1000), low], range: [980, 1020] }))
  expect(colour({ panels: [constant(1000)], range: [980, 1020] })).not.toEqual(colour({ panels: [constant(990)], range: [980, 1020] }))
  expect(colour({ panels: [constant(NaN)] })).toEqual([255, 255, 255, 0])
  expect(pixels({ panels: [low] })[0]!.data.every((index) => index > 0)).toBe(true)
})

test("the same data draw the same maps; wrong sizes and orders are refused in words", () => {
  expect(draw([row({ contours: 4 })]).html).toBe(draw([row({ contours: 4 })]).html)
  expect(() => draw([row({ panels: [[1, 2]] })])).toThrow("map: expected 9 x 17 values, got 2")
  expect(() => draw([row({ contours: 0.01 })])).toThrow(/contours every 0.01 would be \d+ lines/)
  expect(() => mapFigure({ title: "t", grid: { latitudes: [0, 1], longitudes: [0] }, columns: [], rows: [] })).toThrow(
    /from north to south/,
  )
  expect(() => mapFigure({ title: "t", grid: { latitudes: [0], longitudes: [350, 0] }, columns: [], rows: [] })).toThrow(/add 360/)
})

test("one row, one column, one point and equal values are drawn", () => {
  for (const [latitudes, longitudes] of [
    [[50], [0]],
    [[50], [0, 5]],
    [[50, 45], [0]],
  ] as const) {
    const { svg } = mapFigure({
      title: "t",
      grid: { latitudes, longitudes },
      columns: ["a"],
      width: 260,
      rows: [
        {
          label: "r",
          units: "1",
          contours: 1,
          extrema: 1,
          panels: [Array.from({ length: latitudes.length * longitudes.length }, () => 3)],
        },
      ],
    })
    expect(plain(svg)).not.toMatch(/NaN|Infinity/)
  }
})

test("a film names the wavelength of every scale, and its second row adds up to the last frame", () => {
  const frames = [4, 2, 1].map((divisor, k) => ({ field: low.map((value) => 1012 + (value - 1012) / divisor), wavelength: 4440 / 2 ** k }))
  const { html } = mapFilm({ title: "Film", grid: atlantic, units: "hPa", contours: 4, frames, width: 600 })
  const { document } = new JSDOM(html).window
  expect(words(document)).toEqual(expect.arrayContaining(["1: ≥ 4,440 km", "2: ≥ 2,220 km", "3: ≥ 1,110 km"]))
  expect(document.querySelectorAll("svg image")).toHaveLength(5)
  const added = [...document.querySelectorAll("tbody tr")[1]!.querySelectorAll("td")].map((cell) => cell.textContent)
  expect(added[0]).toBe("–")
  expect(added[1]).toMatch(/^−7.5 to /)
  expect(added[2]).toMatch(/^−15 to /)
})
