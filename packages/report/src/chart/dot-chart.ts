import * as Plot from "@observablehq/plot"
import { formatMeanSd, formatNumber } from "../format-number.ts"
import { axisScale, drawChart, type Chart, type ChartAxis, type ChartOptions, type ChartReference } from "./chart.ts"
import { halo, seriesColor, seriesSymbol } from "./palette.ts"

/** One dot: its row, its series (colour and marker), its value and the half length of its error bar. */
export interface Dot {
  readonly row: string
  readonly value: number
  /** Half the error bar: a standard deviation. */
  readonly sd?: number
  /** Absent where there is one series only. */
  readonly series?: string
}

export interface DotChartOptions extends ChartOptions {
  readonly x: ChartAxis
  /** What the rows are: "model". */
  readonly y: string
  readonly dots: readonly Dot[]
  /** Vertical lines: floors and baselines. */
  readonly references?: readonly ChartReference[]
}

/** Values in rows, with error bars, on an axis that need not start at zero: for comparing models. */
export function dotChart({ x, y, dots, references = [], ...options }: DotChartOptions): Chart {
  const rows = [...new Set(dots.map(({ row }) => row))]
  const series = [...new Set(dots.map(({ series: name = "" }) => name))]
  const drawn = dots.filter(({ value }) => Number.isFinite(value) && (x.scale !== "log" || value > 0))
  const color = (dot: Dot): string => seriesColor(series.indexOf(dot.series ?? ""))
  // Series of one row sit a little above and below each other, or they would hide one another.
  const place = (dot: Dot): number =>
    rows.indexOf(dot.row) + (series.indexOf(dot.series ?? "") - (series.length - 1) / 2) * (0.5 / series.length)
  const widest = Math.max(0, ...rows.map((row) => row.length))

  return drawChart({
    height: 70 + rows.length * Math.max(34, 14 * series.length),
    ...options,
    alternative: [
      `Dot chart of ${x.label} by ${y}.`,
      ...dots.map(({ row, series: name, value, sd = 0 }) => `${[row, name].filter(Boolean).join(", ")}: ${formatMeanSd(value, sd)}.`),
      ...references.map(({ label, value }) => `The line "${label}" is at ${formatNumber(value)}.`),
    ].join(" "),
    legend: series,
    plot: {
      x: { ...axisScale(x), grid: true, inset: 8 },
      y: {
        label: null,
        domain: [rows.length - 0.4, -0.6],
        ticks: rows.map((_, index) => index),
        tickFormat: (index: number) => rows[index] ?? "",
        tickSize: 0,
      },
      marginLeft: Math.min(280, 24 + widest * 7),
      marginRight: 24,
      marginBottom: 44,
      marks: [
        ...references.flatMap(({ label, value }) => [
          Plot.ruleX([value], { stroke: "currentColor", strokeDasharray: "5 4", strokeOpacity: 0.75 }),
          Plot.text([label], {
            text: (text: string) => text,
            x: () => value,
            frameAnchor: "top",
            textAnchor: "start",
            dx: 5,
            dy: 2,
            ...halo,
          }),
        ]),
        Plot.ruleY(
          drawn.filter(({ sd }) => sd != null && sd > 0),
          {
            y: place,
            x1: (dot: Dot) => (x.scale === "log" ? Math.max(dot.value - dot.sd!, dot.value / 10) : dot.value - dot.sd!),
            x2: (dot: Dot) => dot.value + dot.sd!,
            stroke: color,
            strokeWidth: 2,
          },
        ),
        Plot.dot(drawn, {
          x: "value",
          y: place,
          fill: color,
          symbol: (dot: Dot) => seriesSymbol(series.indexOf(dot.series ?? "")),
          r: 5,
        }),
      ],
    },
    data: {
      corner: y,
      columns: series.map((name) => (name === "" ? x.label : `${name}: ${x.label}`)),
      rows: rows.map((row) => ({
        label: row,
        cells: series.map((name) => {
          const dot = dots.find((candidate) => candidate.row === row && (candidate.series ?? "") === name)
          return dot == null ? null : { mean: dot.value, sd: dot.sd ?? 0 }
        }),
      })),
    },
  })
}
