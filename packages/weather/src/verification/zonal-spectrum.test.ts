import { randomStream } from "@scalewise/nn"
import { expect, it } from "vitest"
import { rowWeights, type LatLonGrid } from "../grid/lat-lon-grid.ts"
import { logSpectralDistance, zonalSpectrum } from "./zonal-spectrum.ts"

const globe: LatLonGrid = {
  latitudes: Float64Array.of(75, 45, 15, -15, -45, -75),
  longitudes: Float64Array.from({ length: 16 }, (_, i) => i * 22.5),
  isPeriodic: true,
}
const region: LatLonGrid = {
  latitudes: Float64Array.of(55, 50, 45),
  longitudes: Float64Array.from({ length: 33 }, (_, i) => -70 + 2.5 * i),
  isPeriodic: false,
}

const spectrumOf = (grid: LatLonGrid, field: ArrayLike<number>): { power: Float64Array; km: Float64Array } => {
  const spectrum = zonalSpectrum(grid, rowWeights(grid))
  const power = new Float64Array(spectrum.wavelengthsKm.length)
  spectrum.add(field, 0, power)
  return { power, km: spectrum.wavelengthsKm }
}

it("adds up to the variance along the rows from 30 to 60 degrees (Parseval)", () => {
  const field = randomStream(1).normalValues([6 * 16])
  const { power } = spectrumOf(globe, field)
  const variance = [1, 4].map((row) => {
    const line = field.subarray(row * 16, (row + 1) * 16)
    const mean = line.reduce((sum, value) => sum + value, 0) / 16
    return line.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 16
  })
  expect(power.reduce((sum, value) => sum + value, 0)).toBeCloseTo((variance[0]! + variance[1]!) / 2, 6)
})

it("puts a wave at its wavelength", () => {
  const field = Float32Array.from({ length: 6 * 16 }, (_, at) => 3 * Math.cos((2 * Math.PI * 4 * (at % 16)) / 16))
  const { power, km } = spectrumOf(globe, field)
  expect(power[3]).toBeCloseTo(4.5, 5)
  expect(power.filter((_, k) => k !== 3).every((value) => value < 1e-9)).toBe(true)
  expect(km[0]).toBeCloseTo(2 * Math.PI * 6371 * Math.cos(Math.PI / 4), 3)
})

it("does not take a slope across a region for small scales, and keeps the variance of noise", () => {
  const slope = Float32Array.from({ length: 3 * 33 }, (_, at) => 5 * (at % 33))
  expect(Math.max(...spectrumOf(region, slope).power)).toBeLessThan(1e-6)
  let total = 0
  for (let i = 0; i < 300; i++)
    total += spectrumOf(region, randomStream(i).normalValues([3 * 33])).power.reduce((sum, value) => sum + value, 0) / 300
  expect(total).toBeGreaterThan(0.85) // less the mean and the slope, two of 33 degrees of freedom
  expect(total).toBeLessThan(1.02)
})

it("distance of spectra in decibels", () => {
  expect(logSpectralDistance([1, 1], [1, 1])).toBe(0)
  expect(logSpectralDistance([10, 1], [1, 10])).toBeCloseTo(10, 12)
})
