import { mapFigure, type Chart, type MapPoint, type MapRow } from "@scalewise/report"
import { formatDate } from "@scalewise/weather"
import { displayStyle } from "./display-style.ts"
import { memberMoments, type ShownForecast } from "./shown-forecast.ts"
import { leadText, shownLeads } from "./shown-leads.ts"

/** Members that are shown as maps of their own. */
const shownMembers = 3

/** One variable of a forecast by lead: truth, ensemble mean, single members, spread, and the error of the mean. */
export function forecastMaps(shown: ShownForecast, v: number, { point }: { point?: MapPoint | undefined } = {}): Chart {
  const { variables, grid, leads, calendar, members } = shown.source
  const { name, longName } = variables[v]!
  const chosen = shownLeads(leads)
  const truths = chosen.map((l) => shown.truth(l, v))
  const moments = chosen.map((l) => memberMoments(shown, l, v))
  const single = Array.from({ length: Math.min(shownMembers, members) }, (_, m) => chosen.map((l) => shown.member(l, m, v)))
  const { units, scale, palette, contours, extrema } = displayStyle(
    variables[v]!,
    Float64Array.from(single.flat().flatMap((field) => [...field])),
  )
  const scaled = (field: ArrayLike<number> | undefined): Float64Array | null =>
    field == null ? null : Float64Array.from(field, (value) => value * scale)
  const state = (label: string, fields: readonly (ArrayLike<number> | undefined)[]): MapRow => ({
    label,
    units,
    panels: fields.map(scaled),
    palette,
    ...(contours !== undefined && { contours }),
    ...(extrema !== undefined && { extrema }),
  })
  const hasTruth = truths.some((field) => field !== undefined)
  const states = [
    ...(hasTruth ? [state("Truth", truths)] : []),
    ...(members > 1
      ? [
          state(
            "Ensemble mean",
            moments.map(({ mean }) => mean),
          ),
        ]
      : []),
    ...single.map((fields, m) => state(`Member ${m + 1}`, fields)),
  ]
  const range = rangeOf(states.flatMap(({ panels }) => panels))
  const errors = truths.map((truth, i) => truth && moments[i]!.mean.map((value, cell) => value - truth[cell]!))
  return mapFigure({
    title: `${longName ?? name} from ${formatDate(shown.start, calendar)}`,
    description:
      "States share one colour scale. " +
      (members > 1
        ? "The mean smooths what is not predictable; members keep the look of real states, and differ where the spread is large."
        : ""),
    grid,
    columns: chosen.map((l) => leadText(leads[l]!)),
    rows: [
      ...states.map((row) => ({ ...row, range })),
      ...(members > 1
        ? [
            {
              label: `Spread of ${members} members`,
              units,
              palette: "spread" as const,
              panels: moments.map(({ spread }) => scaled(spread)),
            },
          ]
        : []),
      ...(hasTruth ? [{ label: "Error of the mean", units, palette: "diverging" as const, panels: errors.map(scaled) }] : []),
    ],
    ...(point && { points: [point] }),
  })
}

function rangeOf(fields: readonly (ArrayLike<number> | null)[]): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const field of fields)
    for (let i = 0; i < (field?.length ?? 0); i++) {
      const value = field![i]!
      if (value < low) low = value
      if (value > high) high = value
    }
  return [low, high]
}
