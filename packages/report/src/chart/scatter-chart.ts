import * as Plot from "@observablehq/plot"
import { extent } from "d3-array"
import { formatNumber } from "../format-number.ts"
import { axisScale, drawChart, type Chart, type ChartAxis, type ChartOptions } from "./chart.ts"
import { halo, seriesColor, seriesSymbol } from "./palette.ts"

/** A point of a scatter chart; a label is written beside it. */
export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly label?: string
}

export interface ScatterSeries {
  readonly name: string
  /** Joined in this order. */
  readonly points: readonly ScatterPoint[]
}

export interface ScatterChartOptions extends ChartOptions {
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly series: readonly ScatterSeries[]
  /** Draws the line where both are equal under this name; both axes then have the same ends. */
  readonly identity?: string
}

/** Two measurements against each other, as spread and error at several leads. */
export function scatterChart({ x, y, series, identity, ...options }: ScatterChartOptions): Chart {
  const lines = series.map(({ name, points }) => ({
    name,
    points: points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y)),
  }))
  const all = lines.flatMap(({ points }) => points)
  const [low = 0, high = 1] = extent(all.flatMap((point) => [point.x, point.y]))
  const pad = (high - low || 1) * 0.06
  const domain = identity == null ? {} : { domain: [Math.max(low >= 0 ? 0 : -Infinity, low - pad), high + pad] as const }
  const [from, to] = domain.domain ?? [low, high]
  const named = (point: ScatterPoint): string =>
    `${point.label == null ? "" : `${point.label}, `}${formatNumber(point.x)} and ${formatNumber(point.y)}`

  return drawChart({
    height: 440,
    ...options,
    alternative: [
      `Scatter chart of ${y.label} by ${x.label}.`,
      ...lines.map(({ name, points }) => `${name}: ${points.map(named).join("; ") || "no point"}.`),
    ].join(" "),
    legend: series.map(({ name }) => name),
    plot: {
      x: { ...axisScale({ ...x, ...domain }), grid: true },
      y: { ...axisScale({ ...y, ...domain }), grid: true },
      marginLeft: 62,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        ...(identity == null
          ? []
          : [
              Plot.line(
                [
                  [from, from],
                  [to, to],
                ],
                { stroke: "currentColor", strokeDasharray: "5 4", strokeOpacity: 0.75 },
              ),
              Plot.text([identity], { x: to, y: to, text: (text: string) => text, textAnchor: "end", dx: -28, dy: 4, ...halo }),
            ]),
        ...lines.flatMap(({ points }, index) => [
          Plot.line(points, { x: "x", y: "y", stroke: seriesColor(index), strokeOpacity: 0.6 }),
          Plot.dot(points, { x: "x", y: "y", r: 4.5, fill: seriesColor(index), symbol: seriesSymbol(index) }),
        ]),
        Plot.text(withRoom(all, (to - from) / 18), { x: "x", y: "y", text: "label", textAnchor: "start", dx: 9, dy: 7, ...halo }),
      ],
    },
    data: {
      corner: "point",
      columns: series.flatMap(({ name }) => [`${name}: ${x.label}`, `${name}: ${y.label}`]),
      rows: Array.from({ length: Math.max(0, ...lines.map(({ points }) => points.length)) }, (_, i) => ({
        label: lines.map(({ points }) => points[i]?.label).find((label) => label != null) ?? String(i + 1),
        cells: lines.flatMap(({ points }) => [points[i]?.x ?? null, points[i]?.y ?? null]),
      })),
    },
  })
}

/** Labelled points whose labels do not lie on one before. */
function withRoom(points: readonly ScatterPoint[], distance: number): ScatterPoint[] {
  const kept: ScatterPoint[] = []
  for (const point of points)
    if (
      point.label != null &&
      kept.every((other) => Math.abs(other.x - point.x) > distance * 1.6 || Math.abs(other.y - point.y) > distance)
    )
      kept.push(point)
  return kept
}
