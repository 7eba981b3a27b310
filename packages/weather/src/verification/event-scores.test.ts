import { ConfigError, randomStream } from "@scalewise/nn"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { brierScore } from "./brier-score.ts"
import { bestThresholds, costLossRatios, economicValue } from "./economic-value.ts"
import { addEvent, baseRate, eventTable, reliabilityDiagram, sumOfTables, type EventTable } from "./event-table.ts"
import { rocCurve } from "./roc-curve.ts"

const members = 5
const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: members }), fc.boolean(), fc.double({ min: 0.1, max: 2, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
})

function tableOf(entries: readonly (readonly [number, boolean, number])[]): EventTable {
  const table = eventTable(members)
  for (const [count, happened, weight] of entries) addEvent(table, count, happened, weight)
  return table
}

it("Brier score: the mean of squares, and the sum of its parts", () => {
  fc.assert(
    fc.property(cases, (entries) => {
      const { brier, fair, reliability, resolution, uncertainty } = brierScore(tableOf(entries))
      const total = entries.reduce((sum, [, , weight]) => sum + weight, 0)
      const mean = (of: (p: number, o: number) => number): number =>
        entries.reduce((sum, [count, happened, weight]) => sum + weight * of(count / members, happened ? 1 : 0), 0) / total
      expect(brier).toBeCloseTo(mean((p, o) => (p - o) ** 2), 10) // prettier-ignore
      expect(fair).toBeCloseTo(mean((p, o) => (p - o) ** 2 - (p * (1 - p)) / (members - 1)), 10) // prettier-ignore
      expect(reliability - resolution + uncertainty).toBeCloseTo(brier, 10)
    }),
  )
})

it("fair Brier score: few members score in the mean what the probability itself does", () => {
  const [probability, count] = [0.3, 40_000]
  const uniform = randomStream(9).uniformValues([count, members + 1])
  const table = eventTable(members)
  for (let i = 0; i < count; i++) {
    const drawn = Array.from(uniform.subarray(i * (members + 1), (i + 1) * (members + 1)), (u) => u < probability)
    addEvent(table, drawn.slice(1).filter(Boolean).length, drawn[0]!, 1)
  }
  const { brier, fair } = brierScore(table)
  expect(fair).toBeCloseTo(probability * (1 - probability), 2)
  expect(brier).toBeCloseTo(probability * (1 - probability) * (1 + 1 / members), 2)
})

it("ROC area: the chance that an event had more members than a case without, ties half", () => {
  fc.assert(
    fc.property(cases, (entries) => {
      const [events, others] = [entries.filter(([, happened]) => happened), entries.filter(([, happened]) => !happened)]
      fc.pre(events.length > 0 && others.length > 0)
      let [wins, total] = [0, 0]
      for (const [a, , u] of events)
        for (const [b, , v] of others) {
          total += u * v
          wins += u * v * (a > b ? 1 : a === b ? 0.5 : 0)
        }
      const { area, points } = rocCurve(tableOf(entries))
      expect(area).toBeCloseTo(wins / total, 10)
      expect([points[0], points.at(-1)!.hitRate]).toEqual([{ falseAlarmRate: 0, hitRate: 0 }, expect.closeTo(1, 10)])
    }),
  )
  expect(rocCurve(tableOf([[2, true, 1]]))).toEqual({ points: [], area: NaN })
})

it("economic value: 1 for perfect forecasts, at most 0 for the climatological one, as Richardson has it", () => {
  const perfect = tableOf([
    ...Array.from({ length: 3 }, () => [5, true, 1] as const),
    ...Array.from({ length: 7 }, () => [0, false, 1] as const),
  ])
  for (const value of economicValue(perfect)) expect(value).toBeCloseTo(1, 10)
  const always = tableOf([
    [2, true, 3],
    [2, false, 7],
  ])
  for (const value of economicValue(always)) expect(value).toBeLessThanOrEqual(1e-12)
  // Two by two: 3 hits, 1 miss, 2 false alarms, 14 rejections, ratio 0.2: E_fc = .2 x .25 + .05, E_clim = .2, E_perfect = .04
  const table = tableOf([
    [5, true, 3],
    [0, true, 1],
    [5, false, 2],
    [0, false, 14],
  ])
  expect(economicValue(table, { ratios: [0.2] })[0]).toBeCloseTo((0.2 - 0.1) / (0.2 - 0.04), 12)
})

it("economic value: thresholds chosen on the same forecasts are never worse there, and others may be given", () => {
  fc.assert(
    fc.property(cases, (entries) => {
      const table = tableOf(entries)
      fc.pre(baseRate(table) > 0 && baseRate(table) < 1)
      const best = economicValue(table, { thresholds: bestThresholds(table) })
      for (const [i, value] of economicValue(table).entries()) expect(best[i]!).toBeGreaterThanOrEqual(value - 1e-9)
    }),
  )
  expect(() => economicValue(eventTable(5), { ratios: [0.1, 0.2], thresholds: [1] })).toThrow(ConfigError)
  expect([costLossRatios.length, costLossRatios[0]]).toEqual([49, 0.005])
})

it("tables add up, and give the reliability diagram", () => {
  const one = tableOf([
    [0, false, 1],
    [5, true, 2],
  ])
  const sum = sumOfTables([one, one])
  expect([sum.cells, sum.events, baseRate(sum)]).toEqual([4, 2, 2 / 3])
  expect(reliabilityDiagram(sum).map(({ observed }) => observed)).toEqual([0, NaN, NaN, NaN, NaN, 1])
  expect(() => sumOfTables([one, eventTable(3)])).toThrow(ConfigError)
})
