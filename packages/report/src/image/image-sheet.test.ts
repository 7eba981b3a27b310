import { decode } from "fast-png"
import { JSDOM } from "jsdom"
import { expect, test } from "vitest"
import { imageFigure } from "./image-figure.ts"
import { imageSheet } from "./image-sheet.ts"

test("pictures go into a grid row by row, zoomed by whole squares, with gaps between", () => {
  const data = Float32Array.of(0, 0.5, 1, 2, -1, NaN)
  const {
    width,
    height,
    channels,
    data: pixels,
  } = decode(imageSheet({ data, width: 1, height: 2 }, { columns: 2, gap: 1, zoom: 2, ground: 9 }))
  expect([width, height, channels]).toEqual([5, 9, 1])
  const at = (x: number, y: number) => pixels[y * width + x]
  expect([at(0, 0), at(1, 1), at(0, 2), at(1, 3)]).toEqual([0, 0, 128, 128])
  expect([at(3, 0), at(4, 2)]).toEqual([255, 255])
  expect([at(2, 0), at(0, 4), at(4, 8)]).toEqual([9, 9, 9])
  expect([at(0, 5), at(0, 7)]).toEqual([0, 0])
})

test("colours, bytes and ranges", () => {
  const colour = decode(imageSheet({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 }))
  expect([colour.channels, ...colour.data]).toEqual([3, 1, 2, 3])
  const shown = (values: number[], range: "symmetric" | "fit" | [number, number]) => [
    ...decode(imageSheet({ data: Float32Array.from(values), width: values.length, height: 1 }, { range })).data,
  ]
  expect(shown([-1, 0, 0.5], "symmetric")).toEqual([0, 128, 191])
  expect(shown([2, 3, 4], "fit")).toEqual([0, 128, 255])
  expect(shown([0, 0], "symmetric")).toEqual([128, 128])
  expect(shown([5, 5], "fit")).toEqual([0, 0])
  expect(() => imageSheet({ data: new Float32Array(5), width: 2, height: 2 })).toThrow(/expected a multiple of 2 x 2 x 1 values, got 5/)
})

test("a figure names every picture and holds it in the page; one range for a row", () => {
  const { document } = new JSDOM(
    imageFigure({
      title: "Digits",
      columns: ["zero", "one"],
      rows: [{ label: "band", range: "symmetric", images: { data: Float32Array.of(0.5, 1), width: 1, height: 1 } }],
    }).html,
  ).window
  const pictures = [...document.querySelectorAll("img")]
  expect(pictures.map((picture) => picture.alt)).toEqual(["band, zero", "band, one"])
  const values = pictures.map(({ src }) => decode(Buffer.from(src.replace("data:image/png;base64,", ""), "base64")).data[0])
  expect(values).toEqual([191, 255])
})
