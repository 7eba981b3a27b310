import { expect, test } from "vitest"
import { formatBytes, formatCount, formatDuration, formatValue } from "./format.ts"
import { textTable } from "./text-table.ts"

test.each([
  [0, "0 ms"],
  [850.4, "850 ms"],
  [999.7, "1.0 s"],
  [12_345, "12.3 s"],
  [59_960, "1 min 00 s"],
  [245_000, "4 min 05 s"],
  [3_599_700, "1 h 00 min"],
  [7_620_000, "2 h 07 min"],
  [NaN, "unknown time"],
])("%d ms is %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [999.6, "1 KB"],
  [1500, "1.5 KB"],
  [207_000_000, "207 MB"],
  [3e12, "3 TB"],
])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test("counts, values and tables", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567")
  expect(formatCount(12)).toBe("12")
  expect(formatValue(0.0123456)).toBe("0.01235")
  expect(formatValue(1 / 3e6)).toBe("3.333e-7")
  expect(formatValue(60_000)).toBe("60000")
  expect(
    textTable(
      ["model", "MSE"],
      [
        ["pixel", "0.1"],
        ["latent wide", "0.05"],
      ],
    ),
  ).toBe("model         MSE\npixel         0.1\nlatent wide  0.05")
})
