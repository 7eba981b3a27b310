import * as Plot from "@observablehq/plot"
import { quantile } from "d3-array"
import { formatNumber } from "../format-number.ts"
import { axisScale, drawChart, type Chart, type ChartAxis, type ChartOptions } from "./chart.ts"
import { seriesColor, seriesSymbol } from "./palette.ts"

/** What would be expected without a forecast. */
export interface PlumeClimatology {
  readonly middle: number
  /** Ends of the central 90 %. */
  readonly low: number
  readonly high: number
}

export interface PlumeChartOptions extends ChartOptions {
  readonly x: ChartAxis
  readonly y: ChartAxis
  /** Ascending; [T]. */
  readonly times: readonly number[]
  /** One list of T values for each member; what is not finite is left out. */
  readonly members: readonly ArrayLike<number>[]
  /** [T]; what is not finite is left out. */
  readonly truth?: ArrayLike<number>
  /** [T]. */
  readonly climatology?: readonly PlumeClimatology[]
}

interface PlumeStep {
  readonly time: number
  /** The 5, 25, 50, 75 and 95 % quantiles of the members. */
  readonly quantiles: readonly [number, number, number, number, number]
}

const [memberSeries, truthSeries, climatologySeries] = [0, 1, 2]

/** An ensemble at one place over time: the median, the central 50 and 90 % and every member, with what came and what is usual. */
export function plumeChart({ x, y, times, members, truth, climatology, ...options }: PlumeChartOptions): Chart {
  const steps = times.flatMap((time, t): PlumeStep[] => {
    const values = members.map((member) => member[t]!).filter((value) => Number.isFinite(value))
    const at = (share: number): number => quantile(values, share)!
    return values.length === 0 ? [] : [{ time, quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)] }]
  })
  const threads = members.flatMap((member, m) => times.map((time, t) => ({ m, time, value: member[t] ?? NaN })))
  const seen = truth == null ? [] : times.map((time, t) => ({ time, value: truth[t] ?? NaN })).filter(({ value }) => Number.isFinite(value))
  const usual = (climatology ?? []).map((one, t) => ({ ...one, time: times[t]! }))
  const band = (low: number, high: number, fillOpacity: number) =>
    Plot.areaY(steps, {
      x: "time",
      y1: ({ quantiles }: PlumeStep) => quantiles[low]!,
      y2: ({ quantiles }: PlumeStep) => quantiles[high]!,
      fill: seriesColor(memberSeries),
      fillOpacity,
    })
  const dashed = { stroke: seriesColor(climatologySeries), strokeDasharray: "5 4", strokeWidth: 1.5 } as const

  return drawChart({
    ...options,
    alternative: describePlume(steps, { x, y, seen, count: members.length }),
    legend: [
      `${members.length} members: median, 50 % and 90 %`,
      ...(seen.length > 0 ? ["truth"] : []),
      ...(usual.length > 0 ? ["climatology, 90 %"] : []),
    ],
    plot: {
      x: { ...axisScale(x), nice: false },
      y: { ...axisScale(y), grid: true },
      marginLeft: 76,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        band(0, 4, 0.16),
        band(1, 3, 0.26),
        Plot.lineY(threads, { x: "time", y: "value", z: "m", stroke: seriesColor(memberSeries), strokeWidth: 0.7, strokeOpacity: 0.45 }),
        ...(["low", "high"] as const).map((end) => Plot.lineY(usual, { x: "time", y: end, ...dashed })),
        Plot.lineY(usual, { x: "time", y: "middle", stroke: seriesColor(climatologySeries), strokeWidth: 1.5 }),
        Plot.dot(usual, { x: "time", y: "middle", r: 2.5, fill: seriesColor(climatologySeries), symbol: seriesSymbol(climatologySeries) }),
        Plot.lineY(steps, {
          x: "time",
          y: ({ quantiles }: PlumeStep) => quantiles[2],
          stroke: seriesColor(memberSeries),
          strokeWidth: 2.5,
        }),
        Plot.dot(steps, { x: "time", y: ({ quantiles }: PlumeStep) => quantiles[2], r: 3, fill: seriesColor(memberSeries) }),
        Plot.lineY(seen, { x: "time", y: "value", stroke: seriesColor(truthSeries), strokeWidth: 2 }),
        Plot.dot(seen, { x: "time", y: "value", r: 3.5, fill: seriesColor(truthSeries), symbol: seriesSymbol(truthSeries) }),
      ],
    },
    data: {
      corner: x.label,
      columns: ["median", "50 %", "90 %", ...(seen.length > 0 ? ["truth"] : []), ...(usual.length > 0 ? ["climatology (90 %)"] : [])].map(
        (name) => `${name}: ${y.label}`,
      ),
      rows: steps.map(({ time, quantiles: [low, lower, median, upper, high] }) => {
        const one = usual.find((candidate) => candidate.time === time)
        return {
          label: formatNumber(time),
          cells: [
            median,
            between(lower, upper),
            between(low, high),
            ...(seen.length > 0 ? [seen.find((candidate) => candidate.time === time)?.value ?? null] : []),
            ...(usual.length > 0 ? [one == null ? null : `${formatNumber(one.middle)} (${between(one.low, one.high)})`] : []),
          ],
        }
      }),
    },
  })
}

const between = (low: number, high: number): string => `${formatNumber(low)} to ${formatNumber(high)}`

function describePlume(
  steps: readonly PlumeStep[],
  { x, y, seen, count }: { x: ChartAxis; y: ChartAxis; seen: readonly { time: number; value: number }[]; count: number },
): string {
  const at = ({ time, quantiles: [low, , median, , high] }: PlumeStep): string => {
    const truth = seen.find((one) => one.time === time)
    return `At ${x.label} ${formatNumber(time)} the median is ${formatNumber(median)} and 90 % of the members lie from ${between(low, high)}${truth ? `; the truth is ${formatNumber(truth.value)}` : ""}.`
  }
  const ends = steps.length > 1 ? [steps[0]!, steps.at(-1)!] : steps
  return [`Ensemble of ${count} members: ${y.label} by ${x.label}.`, ...ends.map(at)].join(" ")
}
