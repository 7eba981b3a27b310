import type { EventTable } from "./event-table.ts"

/** Relative operating characteristic of an event. */
export interface RocCurve {
  /** From "never warn" (0, 0) to "always warn" (1, 1); one point for each number of members as threshold. */
  readonly points: readonly { readonly falseAlarmRate: number; readonly hitRate: number }[]
  /** Area under the straight lines between points: 1 is perfect, 1/2 without skill; NaN where the event is always or never there. */
  readonly area: number
}

/** ROC curve from the table of an event (Mason 1982; Wilks, Statistical Methods in the Atmospheric Sciences, section 9.4.6). */
export function rocCurve({ forecasts, observed }: EventTable): RocCurve {
  let [events, others] = [0, 0]
  for (let k = 0; k < forecasts.length; k++) {
    events += observed[k]!
    others += forecasts[k]! - observed[k]!
  }
  if (!(events > 0 && others > 0)) return { points: [], area: NaN }
  const points = [{ falseAlarmRate: 0, hitRate: 0 }]
  let [hits, alarms, area] = [0, 0, 0]
  for (let k = forecasts.length - 1; k >= 0; k--) {
    const [hit, alarm] = [observed[k]!, forecasts[k]! - observed[k]!]
    area += (alarm * (hits + hit / 2)) / (events * others)
    hits += hit
    alarms += alarm
    points.push({ falseAlarmRate: alarms / others, hitRate: hits / events })
  }
  return { points, area }
}
