import { expect, it } from "vitest"
import { dateAt } from "../calendar/calendar.ts"
import { redNoiseSeries } from "../testing/red-noise-series.ts"
import { eventName, trainingQuantiles } from "./training-quantiles.ts"

const series = redNoiseSeries({ days: 730 })
const times = Array.from(series.time.hours.keys())
const january = series.time.hours[380]!

it("has thresholds that so many training states of the season pass", () => {
  const { events, at } = trainingQuantiles(series, times)
  const winter = times.filter((t) => [1, 2, 12].includes(dateAt(series.time.hours[t]!, "standard").month))
  for (const [e, thresholds] of at(january, "standard").entries()) {
    const { quantile } = events[e]!
    const below = winter.filter((t) => series.values[t * 48 + 7]! < thresholds[7]!).length / winter.length
    expect(below).toBeCloseTo(quantile, 1.7)
  }
  expect(at(january, "standard")[0]![7]).not.toBe(at(series.time.hours[200]!, "standard")[0]![7])
})

it("has none where too few states are there, and learns from given times alone", () => {
  const few = trainingQuantiles(series, times.slice(0, 50)).at(january, "standard")
  expect([few[0]![0], few[2]![0]]).toEqual([expect.any(Number), NaN])
  expect(few[0]![0]).not.toBeNaN()
  const changed = { ...series, values: series.values.map((value, at) => (at >= 365 * 48 ? 0 : value)) }
  const train = times.slice(0, 365)
  expect(trainingQuantiles(changed, train).at(january, "standard")).toEqual(trainingQuantiles(series, train).at(january, "standard"))
})

it("names events", () => {
  expect([eventName({ quantile: 0.95, side: "above" }), eventName({ quantile: 0.01, side: "below" })]).toEqual(["above 95 %", "below 1 %"])
})
