import * as Plot from "@observablehq/plot"
import { formatMeanSd, formatNumber } from "../format-number.ts"
import { axisScale, drawChart, type Chart, type ChartAxis, type ChartOptions, type ChartReference } from "./chart.ts"
import { halo, seriesColor } from "./palette.ts"

/** One bar: its group on the x axis, its series (colour), its height, and half the height of its error bar. */
export interface Bar {
  readonly group: string
  readonly value: number
  /** Half the error bar: a standard deviation. */
  readonly sd?: number
  /** Absent where there is one series only. */
  readonly series?: string
}

export interface BarChartOptions extends ChartOptions {
  /** What the groups are: "model", "code". */
  readonly x: string
  /** Always linear: a bar is read from zero. */
  readonly y: Omit<ChartAxis, "scale">
  readonly bars: readonly Bar[]
  /** Horizontal lines: floors and baselines. */
  readonly references?: readonly ChartReference[]
}

/** Bars from zero, side by side within a group, with error bars. For values far from zero, or small differences, take `dotChart`. */
export function barChart({ x, y, bars, references = [], ...options }: BarChartOptions): Chart {
  const groups = [...new Set(bars.map(({ group }) => group))]
  const series = [...new Set(bars.map(({ series: name = "" }) => name))]
  const column = (bar: Bar): number => groups.indexOf(bar.group)
  const slot = 0.8 / series.length
  const left = (bar: Bar): number => column(bar) - 0.4 + slot * series.indexOf(bar.series ?? "")
  const drawn = bars.filter(({ value }) => Number.isFinite(value))
  const withError = drawn.filter(({ sd }) => sd != null && sd > 0)
  const everyLabel = Math.ceil(groups.length / 24)

  return drawChart({
    ...options,
    alternative: [
      `Bar chart of ${y.label} by ${x}.`,
      ...bars.map(({ group, series: name, value, sd = 0 }) => `${[group, name].filter(Boolean).join(", ")}: ${formatMeanSd(value, sd)}.`),
      ...references.map(({ label, value }) => `The line "${label}" is at ${formatNumber(value)}.`),
    ]
      .slice(0, 40)
      .join(" "),
    legend: series,
    plot: {
      x: {
        label: x,
        labelAnchor: "center",
        labelArrow: "none",
        domain: [-0.5, Math.max(0.5, groups.length - 0.5)],
        ticks: groups.flatMap((_, index) => (index % everyLabel === 0 ? [index] : [])),
        tickFormat: (index: number) => groups[index] ?? "",
      },
      y: { ...axisScale(y), grid: true },
      marginLeft: 62,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        Plot.rectY(drawn, {
          x1: (bar: Bar) => left(bar) + slot * 0.04,
          x2: (bar: Bar) => left(bar) + slot * 0.96,
          y1: 0,
          y2: "value",
          fill: (bar: Bar) => seriesColor(series.indexOf(bar.series ?? "")),
        }),
        Plot.ruleX(withError, {
          x: (bar: Bar) => left(bar) + slot / 2,
          y1: (bar: Bar) => bar.value - bar.sd!,
          y2: (bar: Bar) => bar.value + bar.sd!,
          stroke: "currentColor",
          strokeWidth: 1.5,
          marker: "tick",
        }),
        Plot.ruleY([0], { stroke: "currentColor" }),
        ...references.flatMap(({ label, value }) => [
          Plot.ruleY([value], { stroke: "currentColor", strokeDasharray: "5 4" }),
          Plot.text([label], { text: (text: string) => text, y: () => value, frameAnchor: "right", textAnchor: "end", dy: -8, ...halo }),
        ]),
      ],
    },
    data: {
      corner: x,
      columns: series.map((name) => (name === "" ? y.label : `${name}: ${y.label}`)),
      rows: groups.map((group) => ({
        label: group,
        cells: series.map((name) => {
          const bar = bars.find((candidate) => candidate.group === group && (candidate.series ?? "") === name)
          return bar == null ? null : { mean: bar.value, sd: bar.sd ?? 0 }
        }),
      })),
    },
  })
}
