import { formatDate, initialStates, refinementFilm, type FieldSeries } from "@scalewise/weather"
import { openForecaster } from "../forecast/open-forecaster.ts"
import type { ReportFilm } from "./report-page.ts"

/** Options of `memberFilm`. */
export interface MemberFilmOptions {
  /** Folder of the forecaster, or the name of a shipped one. */
  readonly checkpoint: string
  /** The initial states, with the states one step before. */
  readonly series: FieldSeries
  /** The initial time, hours since 1970-01-01 00:00 of the calendar. */
  readonly hours: number
  readonly seed: number
}

/** How the first step of the first member of a start came about, scale by scale; its first variable. */
export async function memberFilm({ checkpoint, series, hours, seed }: MemberFilmOptions): Promise<ReportFilm> {
  const model = await openForecaster(checkpoint)
  try {
    const { variables, grid, stepHours, calendar } = model.config
    const states = initialStates(model, series)
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
