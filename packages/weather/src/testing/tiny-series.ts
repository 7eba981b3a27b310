import { randomStream } from "@scalewise/nn"
import type { FieldSeries } from "../data/field-series.ts"
import { makeTimeAxis } from "../data/make-time-axis.ts"

/** Options of `tinySeries`. */
export interface TinySeriesOptions {
  /** T. @defaultValue 400 */
  readonly times?: number
  /** @defaultValue 1 */
  readonly variables?: number
  /** @defaultValue 8 */
  readonly height?: number
  /** @defaultValue 10 */
  readonly width?: number
  /** @defaultValue 24 */
  readonly stepHours?: number
  /** @defaultValue 0 */
  readonly seed?: number
}

/**
 * A made-up series with what weather has: a season, a wave that moves east and fades, and noise that lasts. Enough to be predictable for a
 * step or two, small enough for tests.
 */
export function tinySeries(options: TinySeriesOptions = {}): FieldSeries {
  const { times = 400, variables = 1, height = 8, width = 10, stepHours = 24, seed = 0 } = options
  const random = randomStream(seed).fold("tiny")
  const cells = height * width
  const values = new Float32Array(times * variables * cells)
  const hours = Float64Array.from({ length: times }, (_, t) => 271_752 + t * stepHours) // 2001-01-01
  let [cosine, sine] = [1, 0]
  let slow = new Float64Array(cells)
  for (let t = 0; t < times; t++) {
    const noise = random.fold(t).normalValues([cells + 2])
    const [c, s] = [Math.cos(0.9), Math.sin(0.9)]
    ;[cosine, sine] = [0.9 * (c * cosine - s * sine) + 0.4 * noise[cells]!, 0.9 * (s * cosine + c * sine) + 0.4 * noise[cells + 1]!]
    slow = slow.map((value, cell) => 0.7 * value + 0.3 * noise[cell]!)
    const season = 5 * Math.cos((2 * Math.PI * hours[t]!) / (24 * 365.25))
    for (let v = 0; v < variables; v++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const cell = row * width + column
          const phase = (2 * Math.PI * column) / width
          const wave = cosine * Math.cos(phase) + sine * Math.sin(phase)
          values[(t * variables + v) * cells + cell] = 1000 + season + 3 * wave * (v % 2 === 0 ? 1 : -0.5) + slow[cell]!
        }
  }
  return {
    variables: Array.from({ length: variables }, (_, v) => ({ name: v === 0 ? "slp" : `x${v}`, units: "hPa" })),
    grid: {
      latitudes: Float64Array.from({ length: height }, (_, row) => 60 - 2.5 * row),
      longitudes: Float64Array.from({ length: width }, (_, column) => -30 + 2.5 * column),
      isPeriodic: false,
    },
    time: makeTimeAxis(hours, "standard"),
    values,
  }
}
