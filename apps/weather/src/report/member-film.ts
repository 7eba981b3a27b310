import type { Output } from "@scalewise/cli"
import { formatDate, initialStates, refinementFilm } from "@scalewise/weather"
import { openForecaster } from "../forecast/open-forecaster.ts"
import { selectorsOf } from "../forecast/forecast-starts.ts"
import { openSeries } from "../train/open-series.ts"
import type { ReportFilm } from "./report-page.ts"

/** Options of `memberFilm`. */
export interface MemberFilmOptions {
  /** Folder of the forecaster, or the name of a shipped one. */
  readonly checkpoint: string
  /** Files with the initial states. */
  readonly data: readonly string[]
  /** The initial time, hours since 1970-01-01 00:00 of the calendar. */
  readonly hours: number
  readonly seed: number
}

/** How the first step of the first member of a start came about, scale by scale; its first variable. */
export async function memberFilm({ checkpoint, data, hours, seed }: MemberFilmOptions, output: Pick<Output, "warn">): Promise<ReportFilm> {
  const model = await openForecaster(checkpoint)
  try {
    const { variables, grid, stepHours, calendar } = model.config
    const states = initialStates(model, await openSeries(data, { variables: selectorsOf(variables) }, output))
    const cells = grid.latitudes.length * grid.longitudes.length
    const frames: { field: Float32Array; wavelengthKm: number }[] = []
    for await (const { fields, wavelengthKm } of refinementFilm(model, { start: states.at(hours), member: 0, seed }))
      frames.push({ field: fields.slice(0, cells), wavelengthKm })
    return {
      variable: variables[0]!.name,
      caption: `member 1, ${stepHours} hours after ${formatDate(hours, calendar)}, scale by scale`,
      frames,
    }
  } finally {
    model.dispose()
  }
}
