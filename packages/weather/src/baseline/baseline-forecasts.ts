import { ConfigError } from "@scalewise/nn"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { analogs } from "./analogs.ts"
import { baselineSetting, type BaselineOptions, type BaselineSetting } from "./baseline-setting.ts"
import { climatologyEnsemble } from "./climatology-ensemble.ts"
import { climatologyGaussian, dampedPersistence } from "./gaussian-persistence.ts"
import { linearInverseForecast } from "./linear-inverse-forecast.ts"
import { persistence } from "./persistence.ts"

const makers = {
  "climatology-gaussian": climatologyGaussian,
  "climatology-ensemble": climatologyEnsemble,
  persistence,
  damped: dampedPersistence,
  lim: linearInverseForecast,
  analogs,
} satisfies Record<string, (setting: BaselineSetting) => ForecastSource>

/** The short name of a baseline. */
export type BaselineName = keyof typeof makers

/** All short names, in the order of tables. */
export const baselineNames = Object.keys(makers) as readonly BaselineName[]

/**
 * The references that a scorecard prints, with the starts, leads and number of members of a forecast (persistence has one member) and
 * learned from the training states alone.
 *
 * @throws ConfigError for an unknown name
 * @throws DataError where training is too short for one of them
 */
export function baselineForecasts(options: BaselineOptions, names: readonly BaselineName[] = baselineNames): ForecastSource[] {
  for (const name of names)
    if (!Object.hasOwn(makers, name)) throw new ConfigError(`baselines: expected some of ${baselineNames.join(", ")}, got ${name}`)
  if (names.length === 0) return []
  const setting = baselineSetting(options)
  return names.map((name) => makers[name](setting))
}
