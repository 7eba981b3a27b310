import { DataError, ShapeError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { referenceValues, uniforms } from "../testing/reference-values.ts"
import { bestTemperature } from "./best-temperature.ts"
import { calibrationError } from "./calibration-error.ts"
import { scorePredictions, tokenCalibration } from "./token-calibration.ts"

/** The logits and targets of fixtures/metrics.py. */
function predictions() {
  const logits = uniforms(7, 500 * 12).map((u) => u * 9)
  const draws = uniforms(8, 1000)
  const targets = Int32Array.from({ length: 500 }, (_, row) => {
    const values = logits.subarray(row * 12, row * 12 + 12)
    return draws[row]! < 0.5 ? values.indexOf(Math.max(...values)) : Math.floor(draws[500 + row]! * 12)
  })
  return { logits, targets }
}

describe("token calibration", () => {
  const expected = referenceValues().calibration

  it("equals NumPy's likelihood, error and best temperature", () => {
    const measured = tokenCalibration(predictions(), { precision: 1e-6 })
    expect(measured.count).toBe(500)
    expect(measured.nats).toBeCloseTo(expected.nats, 6)
    expect(measured.accuracy).toBe(expected.accuracy)
    expect(measured.calibration.error).toBeCloseTo(expected.error, 6)
    expect(measured.temperature).toBeCloseTo(expected.temperature, 4)
    expect(measured.atTemperature.nats).toBeCloseTo(expected.natsAtTemperature, 8)
  })

  it("finds the temperature by which logits were divided", () => {
    // Two tokens, the first with probability 3 / 4: log 3 apart is right, three times that is too sure.
    const count = 400
    const logits = Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 3 * Math.log(3) : 0))
    const targets = Int32Array.from({ length: count }, (_, i) => (i % 4 === 3 ? 1 : 0))
    expect(bestTemperature({ logits, targets }, { precision: 1e-5 })).toBeCloseTo(3, 3)
    const { calibration, nats } = scorePredictions({ logits, targets }, 3)
    expect(calibration.error).toBeCloseTo(0, 6)
    expect(nats).toBeCloseTo(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 6)
  })

  it("stays at the end of the range where sureness costs nothing", () => {
    const logits = Float32Array.of(2, 0, 0, 2)
    expect(bestTemperature({ logits, targets: [0, 1] })).toBeCloseTo(0.1, 3)
    expect(bestTemperature({ logits, targets: [1, 0] })).toBeCloseTo(10, 1)
  })

  it("refuses targets that the logits do not have", () => {
    expect(() => bestTemperature({ logits: new Float32Array(7), targets: [0, 1] })).toThrow(ShapeError)
    expect(() => scorePredictions({ logits: new Float32Array(6), targets: [0, 3] })).toThrow(DataError)
  })
})

describe("calibrationError", () => {
  it("weighs the bins by their counts", () => {
    // Three at .9 of which two hit, one at .3 that misses: (|2 - 2.7| + |0 - .3|) / 4.
    const { error, bins } = calibrationError([0.9, 0.9, 0.9, 0.3], [1, 1, 0, 0], { bins: 10 })
    expect(error).toBeCloseTo(0.25, 12)
    expect(bins.map((bin) => bin.count)).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 3, 0])
    expect(bins[8]!.accuracy).toBeCloseTo(2 / 3, 12)
  })

  it("takes certainty and impossibility", () => {
    expect(calibrationError([1, 0], [1, 0]).error).toBe(0)
    expect(() => calibrationError([], [])).toThrow(ShapeError)
  })
})
