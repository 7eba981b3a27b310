import { ConfigError } from "@scalewise/nn"

/**
 * All that scores of a yes-no event need of forecasts by M members: for k = 0..M members that have it, the weight of such forecasts and of
 * those where it came true. Tables of different starts and cells add up.
 */
export interface EventTable {
  /** [M + 1]. */
  readonly forecasts: Float64Array
  /** [M + 1]. */
  readonly observed: Float64Array
  /** Unweighted numbers, to tell how much the scores rest on. */
  cells: number
  events: number
}

/** An empty table for M members. */
export function eventTable(members: number): EventTable {
  return { forecasts: new Float64Array(members + 1), observed: new Float64Array(members + 1), cells: 0, events: 0 }
}

/** Enters one forecast: `count` of the members have the event, and it came true or not. */
export function addEvent(table: EventTable, count: number, happened: boolean, weight: number): void {
  table.forecasts[count]! += weight
  table.cells++
  if (!happened) return
  table.observed[count]! += weight
  table.events++
}

/** The table of several: their sums. @throws ConfigError where they have different numbers of members */
export function sumOfTables(tables: readonly EventTable[]): EventTable {
  const length = tables[0]?.forecasts.length ?? 1
  const total = eventTable(length - 1)
  for (const table of tables) {
    if (table.forecasts.length !== length)
      throw new ConfigError(`sumOfTables: expected tables of ${length - 1} members, got one of ${table.forecasts.length - 1}`)
    for (let k = 0; k < length; k++) {
      total.forecasts[k]! += table.forecasts[k]!
      total.observed[k]! += table.observed[k]!
    }
    total.cells += table.cells
    total.events += table.events
  }
  return total
}

/** Observed frequency of the event; NaN for an empty table. */
export const baseRate = ({ forecasts, observed }: EventTable): number => sum(observed) / sum(forecasts)

/** The curve of a reliability diagram: for k = 0..M the probability k / M, its share of all forecasts and how often the event followed (NaN where never forecast). */
export function reliabilityDiagram({ forecasts, observed }: EventTable): { probability: number; share: number; observed: number }[] {
  const total = sum(forecasts)
  return Array.from(forecasts, (weight, k) => ({
    probability: k / (forecasts.length - 1),
    share: weight / total,
    observed: weight > 0 ? observed[k]! / weight : NaN,
  }))
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
