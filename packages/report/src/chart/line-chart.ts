import * as Plot from "@observablehq/plot"
import { formatNumber } from "../format-number.ts"
import { spread } from "../spread.ts"
import { axisScale, drawChart, type Chart, type ChartAxis, type ChartOptions, type ChartReference } from "./chart.ts"
import { halo, seriesColor, seriesSymbol } from "./palette.ts"

/** One point of a line; `low` and `high` are the ends of its band. */
export interface LinePoint {
  readonly x: number
  readonly y: number
  readonly low?: number
  readonly high?: number
}

export interface LineSeries {
  readonly name: string
  /** In the order of `x`. Points that are not finite, or not positive on a logarithmic axis, leave a gap. */
  readonly points: readonly LinePoint[]
}

export interface LineChartOptions extends ChartOptions {
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly series: readonly LineSeries[]
  /** Horizontal lines: floors and baselines. */
  readonly references?: readonly ChartReference[]
}

const maximalMarkers = 40
const maximalRows = 200

/** Whether an axis has a place for a value. */
function visible(value: number | undefined, { scale }: ChartAxis): boolean {
  return value != null && Number.isFinite(value) && (scale !== "log" || value > 0)
}

/** Curves with bands (mean ± standard deviation over seeds), each with its own colour and marker. */
export function lineChart({ x, y, series, references = [], ...options }: LineChartOptions): Chart {
  const lines = series.map(({ name, points }) => ({
    name,
    points: points.map((point) => (visible(point.x, x) && visible(point.y, y) ? point : { ...point, y: NaN })),
  }))
  const smallest = Math.min(...lines.flatMap(({ points }) => points.map((point) => point.y).filter((value) => value > 0)))
  // A deviation larger than its mean has no logarithm: such a band ends at the lowest curve instead.
  const low = (point: LinePoint): number => (visible(point.low, y) ? point.low! : y.scale === "log" ? Math.min(smallest, point.y) : NaN)
  const xs = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].toSorted((a, b) => a - b)
  const wholeSteps = xs.every(Number.isInteger) && xs.length > 0 && xs.at(-1)! - xs[0]! < 12

  return drawChart({
    ...options,
    alternative: describeLines(lines, { x, y, references }),
    legend: series.map(({ name }) => name),
    plot: {
      x: { ...axisScale(x), nice: false, grid: false, ...(wholeSteps && x.scale !== "log" && { ticks: xs, tickFormat: String }) },
      y: { ...axisScale(y), grid: true },
      marginLeft: 62,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        ...lines.map(({ points }, index) =>
          Plot.areaY(
            points.filter((point) => point.low != null && point.high != null),
            { x: "x", y1: low, y2: "high", fill: seriesColor(index), fillOpacity: 0.18 },
          ),
        ),
        ...references.map(({ value }) => Plot.ruleY([value], { stroke: "currentColor", strokeDasharray: "5 4", strokeOpacity: 0.75 })),
        ...lines.flatMap(({ points }, index) => [
          Plot.lineY(points, { x: "x", y: "y", stroke: seriesColor(index), strokeWidth: 2 }),
          Plot.dot(
            everyFew(
              points.filter((point) => !Number.isNaN(point.y)),
              maximalMarkers,
            ),
            {
              x: "x",
              y: "y",
              fill: seriesColor(index),
              symbol: seriesSymbol(index),
              r: 3.5,
            },
          ),
        ]),
        ...references.map(({ label, value }) =>
          Plot.text([label], { text: (text: string) => text, y: () => value, frameAnchor: "right", textAnchor: "end", dy: -8, ...halo }),
        ),
      ],
    },
    data: {
      corner: x.label,
      columns: series.map(({ name }) => `${name}: ${y.label}`),
      rows: everyFew(xs, maximalRows).map((value) => ({
        label: formatNumber(value),
        cells: series.map(({ points }) => {
          const point = points.find((candidate) => candidate.x === value)
          if (point == null) return null
          const { low: from, high: to } = point
          return from == null || to == null ? point.y : `${formatNumber(point.y)} (${formatNumber(from)} to ${formatNumber(to)})`
        }),
      })),
    },
  })
}

/** The points of a curve that was measured with several seeds: the mean, and a band of one standard deviation on either side. */
export function meanBand(xs: readonly number[], runs: readonly (readonly number[])[]): LinePoint[] {
  return xs.map((x, index) => {
    const { mean, sd, count } = spread(runs.map((run) => run[index]).filter((value) => value != null))
    return count > 1 ? { x, y: mean, low: mean - sd, high: mean + sd } : { x, y: mean }
  })
}

/** At most `count` items, evenly spaced, the first and the last among them. */
function everyFew<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!)
}

function describeLines(
  lines: readonly LineSeries[],
  { x, y, references }: { x: ChartAxis; y: ChartAxis; references: readonly ChartReference[] },
): string {
  const at = ({ x: place, y: value }: LinePoint): string => `${formatNumber(value)} at ${x.label} ${formatNumber(place)}`
  const sentences = lines.map(({ name, points }) => {
    const finite = points.filter((point) => Number.isFinite(point.y))
    const [first, last] = [finite[0], finite.at(-1)]
    if (first == null || last == null) return `${name} has no point.`
    return first === last ? `${name} is ${at(first)}.` : `${name} goes from ${at(first)} to ${at(last)}.`
  })
  const rules = references.map(({ label, value }) => `The line "${label}" is at ${formatNumber(value)}.`)
  return [`Line chart of ${y.label} by ${x.label}.`, ...sentences, ...rules].join(" ")
}
