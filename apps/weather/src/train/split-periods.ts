import { dateAt, formatDate, parseSpan, type FieldSeries, type Period } from "@scalewise/weather"

/** The periods of a training. */
export interface SplitPeriods {
  readonly train: Period
  readonly validation: Period
}

/**
 * Periods from what the user gave; what is left out is chosen: the last tenth of the time (whole years where there are at least five) is
 * kept from training, and validates.
 */
export function splitPeriods(
  { time }: FieldSeries,
  given: { readonly train?: string | undefined; readonly validate?: string | undefined },
): SplitPeriods {
  const { hours, calendar } = time
  const [first, last] = [hours[0]!, hours.at(-1)! + 1]
  const validation = given.validate === undefined ? undefined : parseSpan(given.validate, calendar)
  if (given.train !== undefined) {
    const train = parseSpan(given.train, calendar)
    return {
      train,
      validation: validation ?? { from: train.to, to: Math.max(train.to, Math.min(last, train.to + (train.to - train.from) / 6)) },
    }
  }
  const border = validation?.from ?? lastTenth(first, last, calendar)
  return { train: { from: first, to: border }, validation: validation ?? { from: border, to: last } }
}

/** Where the last tenth begins; at a new year where there are five years or more. */
function lastTenth(first: number, last: number, calendar: FieldSeries["time"]["calendar"]): number {
  const border = last - (last - first) / 10
  const years = dateAt(last, calendar).year - dateAt(first, calendar).year
  if (years < 5) return border
  return parseSpan(String(dateAt(border, calendar).year), calendar).from
}

/** A period in words. */
export const periodText = ({ from, to }: Period, calendar: FieldSeries["time"]["calendar"]): string =>
  `${formatDate(from, calendar)} to ${formatDate(to, calendar)}`
