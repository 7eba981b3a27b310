import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { logisticRegression } from "./logistic-regression.ts"

const random = randomStream("logistic")

/** Rows of standard normal features, the first moved by `shift`. */
const rows = (count: number, width: number, shift: number, name: string): Float64Array[] => {
  const noise = random.fold(name).normalValues([count, width])
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from(noise.subarray(i * width, (i + 1) * width), (x, k) => x + (k === 0 ? shift : 0)),
  )
}

describe("logisticRegression", () => {
  it("is where the penalised likelihood is highest", () => {
    const [positive, negative] = [rows(30, 1, 1, "a"), rows(20, 1, 0, "b")]
    const classify = logisticRegression(positive, negative)
    const logit = (x: number): number => Math.log(classify(Float64Array.of(x)) / (1 - classify(Float64Array.of(x))))
    const all = [...positive, ...negative].map((row) => row[0]!)
    const mean = all.reduce((sum, x) => sum + x, 0) / 50
    const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 50)
    const weight = (logit(1) - logit(0)) * deviation // of the standardised feature
    const errors = all.map((x, i) => (i < 30 ? 1 : 0) - classify(Float64Array.of(x)))
    expect(Math.abs(errors.reduce((sum, error) => sum + error, 0))).toBeLessThan(0.15)
    expect(Math.abs(errors.reduce((sum, error, i) => sum + (error * (all[i]! - mean)) / deviation, 0) - weight)).toBeLessThan(0.15)
    expect(weight).toBeGreaterThan(0.3)
  })

  it("separates what can be separated, with more features than rows, and says one half of noise", () => {
    const separable = logisticRegression(rows(15, 200, 30, "c"), rows(15, 200, -30, "d"))
    const mean = (name: string, shift: number) => rows(100, 200, shift, name).reduce((sum, row) => sum + separable(row), 0) / 100
    expect(mean("e", 30)).toBeGreaterThan(0.55)
    expect(mean("f", -30)).toBeLessThan(0.45)
    expect(logisticRegression([Float64Array.of(2)], [Float64Array.of(2)])(Float64Array.of(7))).toBeCloseTo(0.5, 6)
  })
})
