import { lineChart, page, table } from "@scalewise/report"
import type { SeriesDistance } from "./series-scores.ts"

/** What the page shows. */
export interface SeriesPageContent {
  readonly command: string
  readonly nats: { readonly first: number; readonly last: number }
  readonly scores: Readonly<Record<string, SeriesDistance>>
  /** Autocorrelations from lag 1 on, by the name of the set. */
  readonly curves: Readonly<Record<string, readonly number[]>>
  readonly drawn: readonly (readonly number[])[]
  readonly real: readonly (readonly number[])[]
}

/** The self-contained page of one call of `series`. */
export function seriesPage({ command, nats, scores, curves, drawn, real }: SeriesPageContent): string {
  const lines = (title: string, series: SeriesPageContent["drawn"]) =>
    lineChart({
      title,
      x: { label: "time" },
      y: { label: "value" },
      series: series.map((values, index) => ({ name: `series ${index + 1}`, points: values.map((y, x) => ({ x, y })) })),
    })
  return page({
    title: "Series in time, coarse to fine",
    lead: `The token likelihood went from ${nats.first.toFixed(1)} to ${nats.last.toFixed(1)} nats a series. Distances are to series that were not trained on.`,
    sections: [
      { title: "Drawn", content: [lines("Drawn by the model", drawn), lines("Real", real)] },
      {
        title: "Scores",
        content: [
          table({
            title: "Distance from unseen series",
            corner: "set",
            columns: ["autocorrelation", "values", "means"],
            rows: Object.entries(scores).map(([label, one]) => ({
              label,
              ...(label !== "model" && { kind: "floor" as const }),
              cells: [one.autocorrelation, one.values, one.means],
            })),
            notes: [
              "Autocorrelation: mean absolute difference at lags 1 to 12. Values, means: Wasserstein distance of single values and of the means of series.",
            ],
          }),
          lineChart({
            title: "Autocorrelation",
            x: { label: "lag" },
            y: { label: "correlation" },
            series: Object.entries(curves).map(([name, values]) => ({ name, points: values.map((y, index) => ({ x: index + 1, y })) })),
          }),
        ],
      },
    ],
    footer: [`Made by: ${command}`],
  })
}
