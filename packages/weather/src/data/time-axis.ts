import type { Calendar } from "../calendar/calendar.ts"

/** Times of states. */
export interface TimeAxis {
  readonly calendar: Calendar
  /** Hours since 1970-01-01 00:00 of the calendar, ascending without duplicates; [T]. */
  readonly hours: Float64Array
  /** The commonest step between neighbours, hours; NaN for a single time. */
  readonly stepHours: number
  /** Stretches without a gap, `to` exclusive, in order. No window of training or verification crosses from one to the next. */
  readonly segments: readonly { readonly from: number; readonly to: number }[]
}
