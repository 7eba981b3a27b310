import type { TimeAxis } from "./time-axis.ts"

/** Finds the number of a time by its hours, to the nearest minute; -1 where the axis does not have it. */
export function timeLookup({ hours }: Pick<TimeAxis, "hours">): (hours: number) => number {
  const numbers = new Map(Array.from(hours, (value, t) => [Math.round(value * 60), t]))
  return (value) => numbers.get(Math.round(value * 60)) ?? -1
}
