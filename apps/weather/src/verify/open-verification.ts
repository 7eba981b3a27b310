import type { Output } from "@scalewise/cli"
import { openForecastFile, openGridded, readSeries, selectForecast, type FieldSeries, type ForecastSource } from "@scalewise/weather"

/** A forecast file and the truth for it, ready to be compared. */
export interface OpenVerification {
  readonly forecast: ForecastSource
  /** The forecast's variables, under its names and in its units. */
  readonly series: FieldSeries
  close(): Promise<void>
}

/**
 * Opens a forecast and reads its variables from the files of the truth: by name, else by standard name, converted to the forecast's units where
 * they can be. Says on stderr what readers noticed.
 *
 * @throws ConfigError for variables that are not there, and units that cannot be converted
 */
export async function openVerification(
  files: { readonly forecast: string; readonly truth: readonly string[]; readonly variables?: readonly string[] | undefined },
  output: Pick<Output, "warn">,
): Promise<OpenVerification> {
  const file = await openForecastFile(files.forecast)
  try {
    const forecast = selectForecast(file, files.variables ? { variables: files.variables } : {})
    const dataset = await openGridded(files.truth)
    try {
      for (const notice of dataset.notices) output.warn(notice)
      const selectors = forecast.variables.map((variable) => {
        const name = nameIn(dataset, variable)
        return variable.units === "1" ? name : `${name}:${variable.units}`
      })
      const series = await readSeries(dataset, { variables: selectors })
      const variables = series.variables.map((variable, v) => ({ ...variable, name: forecast.variables[v]!.name }))
      return { forecast, series: { ...series, variables }, close: () => file.close() }
    } finally {
      await dataset.close()
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** What selects a variable of the forecast in the data. */
function nameIn(
  { describe }: Awaited<ReturnType<typeof openGridded>>,
  { name, standardName }: { readonly name: string; readonly standardName?: string },
): string {
  try {
    describe(name)
    return name
  } catch (error) {
    if (standardName === undefined) throw error
    const level = /@[^:]+$/.exec(name)?.[0] ?? ""
    describe(standardName + level)
    return standardName + level
  }
}
