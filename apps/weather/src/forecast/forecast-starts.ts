import { ConfigError } from "@scalewise/nn"
import { formatDate, parseDate, parseSpan, type Calendar, type FieldVariable, type InitialStates } from "@scalewise/weather"

/** The selectors that read a model's variables in its units. */
export const selectorsOf = (variables: readonly FieldVariable[]): string[] =>
  variables.map(({ name, units }) => (units === "1" ? name : `${name}:${units}`))

/**
 * Initial times from what the user wrote: dates are taken as they are (and must be there), periods give all times from which a forecast
 * can start, or every n-th.
 *
 * @throws ConfigError for a period in which no forecast can start
 */
export function startsOf(texts: readonly string[], states: InitialStates, calendar: Calendar, every: number): number[] {
  const starts = texts.flatMap((text) => {
    if (!isPeriod(text)) return [parseDate(text, calendar)]
    const { from, to } = parseSpan(text, calendar)
    const inside = states.hours.filter((hours) => hours >= from && hours < to)
    if (inside.length === 0) {
      const [first, last] = [states.hours[0], states.hours.at(-1)]
      const there = first === undefined ? "none" : `starts from ${formatDate(first, calendar)} to ${formatDate(last!, calendar)}`
      throw new ConfigError(`--init ${text}: expected a period with states to start from, the data has ${there}; choose another period`)
    }
    return inside.filter((_, i) => i % every === 0)
  })
  return [...new Set(starts)].sort((a, b) => a - b)
}

const isPeriod = (text: string): boolean => text.includes("/") || /^\s*\d{4}(\s*-\s*\d{4})?\s*$/.test(text)
