import { mapFigure, mapFilm, page, table, lineChart, type Html, type LineSeries, type MapPoint, type PageSection } from "@scalewise/report"
import { formatDate, type FieldSeries, type ForecastSource, type HarmonicClimatology, type VerificationResult } from "@scalewise/weather"
import { calibrationCharts } from "./calibration-charts.ts"
import { displayStyle } from "./display-style.ts"
import { forecastMaps } from "./forecast-maps.ts"
import { pointCell, pointMeteogram } from "./point-meteogram.ts"
import { scaleCharts } from "./scale-charts.ts"
import { comparisonTable, scoreCharts, scoreTable } from "./score-charts.ts"
import { shownForecast, type ShownForecast } from "./shown-forecast.ts"
import { leadText, shownLeads } from "./shown-leads.ts"

/** The refinement of one member of one step, scale by scale. */
export interface ReportFilm {
  /** Name of the variable shown. */
  readonly variable: string
  /** What is seen: "member 1, day 1". */
  readonly caption: string
  /** Coarse to fine: the state after the scale, [H, W] in the variable's units, and the shortest wave of the scale. */
  readonly frames: readonly { readonly field: ArrayLike<number>; readonly wavelengthKm: number }[]
}

/** A chart of a training: loss by epoch, say. */
export interface TrainingCurves {
  readonly title: string
  readonly description?: string
  readonly x: string
  readonly y: string
  readonly series: readonly LineSeries[]
}

/** What the page shows. All but the forecast may be absent, and its sections with it. */
export interface ReportContent {
  readonly forecast: ForecastSource
  /** Number of the start that maps and meteogram show. @defaultValue the first whose leads have a truth */
  readonly start?: number
  /** Where the meteogram is. @defaultValue the middle of the grid */
  readonly point?: MapPoint
  /** On the forecast's grid, in its units. */
  readonly truth?: FieldSeries
  /** Of the truth's variables in their order. */
  readonly climatology?: HarmonicClimatology
  readonly verification?: VerificationResult
  readonly film?: ReportFilm
  readonly training?: readonly TrainingCurves[]
  /** Further settings of the model or the run, as name and value. */
  readonly settings?: readonly (readonly [string, string])[]
  /** As it can be typed again. */
  readonly command: string
  readonly machine: string
}

/** A page and its main pictures. */
export interface WeatherReport {
  /** One self-contained HTML file. */
  readonly html: string
  /** SVG of pictures that are worth a file of their own, by name: "maps-slp", "meteogram-slp", "film". */
  readonly pictures: Readonly<Record<string, string>>
}

/** The page of a forecast: maps, the film of one member, a meteogram, and, where it was verified, the scorecard. */
export async function reportPage(content: ReportContent): Promise<WeatherReport> {
  const { forecast, truth, climatology, verification, film, training = [], command, machine } = content
  const shown = await shownForecast(forecast, truth, content.start)
  const { cell, point } = pointCell(shown, content.point)
  const maps = forecast.variables.map((_, v) => forecastMaps(shown, v, { point }))
  const plumes = forecast.variables.map(({ name }, v) => {
    const variable = truth?.variables.findIndex((other) => other.name === name) ?? -1
    return pointMeteogram(shown, v, { cell, climatology: climatology && variable >= 0 ? { fields: climatology, variable } : undefined })
  })
  const grown = film && filmFigure(film, forecast)
  return {
    html: page({
      title: `Forecast of ${forecast.name}`,
      lead: leadSentence(shown, verification),
      sections: [
        { title: "Maps", content: maps },
        ...(grown ? [{ title: "From coarse to fine", content: [filmSentence, grown] }] : []),
        { title: "At one place", content: ["The place is marked on the maps.", ...plumes] },
        ...(verification ? verifiedSections(verification) : []),
        ...(training.length > 0 ? [{ title: "Training", content: training.map(trainingChart) }] : []),
        { title: "Settings and data", content: [settingsTable(content), ...(verification?.notices ?? [])] },
      ],
      footer: [`Made by: ${command}`, machine, "Coast lines: Natural Earth (public domain)."],
    }),
    pictures: Object.fromEntries([
      ...forecast.variables.flatMap(({ name }, v) => [
        [`maps-${name}`, maps[v]!.svg],
        [`meteogram-${name}`, plumes[v]!.svg],
      ]),
      ...(grown ? [["film", grown.svg]] : []),
    ]),
  }
}

const filmSentence =
  "A member is not drawn at once: each scale adds what the scales before could not hold, and every place of a scale is drawn in one go."

function leadSentence({ source, start }: ShownForecast, verification: VerificationResult | undefined): string {
  const { variables, members, leads, calendar } = source
  const what = `${members} ${members === 1 ? "member" : "members"} of ${variables.map(({ longName, name }) => longName ?? name).join(", ")}, ${leads.length} leads to ${leadText(leads.at(-1)!)}`
  const verified = verification
    ? ` Scores are over ${verification.starts.verified} starts from ${verification.starts.first ?? "none"} to ${verification.starts.last ?? "none"}; baselines learned from ${verification.training}.`
    : ""
  return `${what}. The maps start on ${formatDate(start, calendar)}.${verified}`
}

function filmFigure({ variable, caption, frames }: ReportFilm, { variables, grid }: ForecastSource) {
  const found = variables.find(({ name }) => name === variable) ?? { name: variable, units: "1" }
  const { units, scale, palette, contours, extrema } = displayStyle(found, frames.at(-1)?.field ?? [])
  return mapFilm({
    title: `${variable}: ${caption}`,
    grid,
    units,
    palette,
    ...(contours !== undefined && { contours }),
    ...(extrema !== undefined && { extrema }),
    frames: frames.map(({ field, wavelengthKm }) => ({
      field: Float64Array.from(field, (value) => value * scale),
      wavelength: Math.round(wavelengthKm),
    })),
  })
}

function verifiedSections({ variables, grid, leads }: VerificationResult): PageSection[] {
  const styled = variables.map((variable) => ({ variable, style: displayStyle(variable, []) }))
  const chosen = shownLeads(leads)
  return [
    {
      title: "Scores by lead",
      content: styled.flatMap(({ variable, style }) => [
        ...scoreCharts(variable, style),
        scoreTable(variable, style),
        ...[comparisonTable(variable, style)].filter((one) => one !== undefined),
      ]),
    },
    { title: "Calibration", content: styled.flatMap(({ variable, style }) => calibrationCharts(variable, style)) },
    { title: "Scales", content: styled.flatMap(({ variable, style }) => scaleCharts(variable, style)) },
    {
      title: "Mean error",
      content: [
        mapFigure({
          title: "Mean error of the ensemble mean over all starts",
          grid,
          columns: chosen.map((l) => leadText(leads[l]!)),
          rows: styled.map(({ variable: { name, biasMaps }, style }) => ({
            label: name,
            units: style.units,
            palette: "diverging",
            panels: chosen.map((l) => Float64Array.from(biasMaps[l] ?? [], (value) => (value === null ? NaN : value * style.scale))),
          })),
        }),
      ],
    },
  ].filter(({ content }) => content.length > 0)
}

const trainingChart = ({ title, description, x, y, series }: TrainingCurves): Html =>
  lineChart({ title, ...(description !== undefined && { description }), x: { label: x }, y: { label: y }, series })

function settingsTable({ forecast, verification, settings = [] }: ReportContent): Html {
  const { grid, calendar, starts, leads, members } = forecast
  const span = (values: Float64Array): string => `${values[0]} to ${values.at(-1)}`
  const rows: (readonly [string, string])[] = [
    [
      "grid",
      `${grid.latitudes.length} x ${grid.longitudes.length}, latitude ${span(grid.latitudes)}, longitude ${span(grid.longitudes)}${grid.isPeriodic ? ", periodic" : ""}`,
    ],
    ["calendar", calendar],
    ["starts", `${starts.length}, ${formatDate(starts[0]!, calendar)} to ${formatDate(starts.at(-1)!, calendar)}`],
    ["leads", `${leads.length}, ${leadText(leads[0]!)} to ${leadText(leads.at(-1)!)}`],
    ["members", String(members)],
    ...(verification
      ? ([
          ["learned from", verification.training],
          [
            "starts and leads verified",
            `${verification.starts.pairs} pairs; ${verification.starts.withoutTruth} without truth, ${verification.starts.withoutForecast} without forecast`,
          ],
          [
            "bootstrap",
            `${verification.settings.resamples} resamples of blocks of ${verification.settings.blockDays} days, seed ${verification.settings.seed}`,
          ],
          ["every how many starts", `spectra ${verification.settings.spectrumStride}, bands ${verification.settings.bandStride}`],
        ] as const)
      : []),
    ...settings,
  ]
  return table({ title: "Settings", corner: "what", columns: ["value"], rows: rows.map(([label, value]) => ({ label, cells: [value] })) })
}
