import * as Plot from "@observablehq/plot"
import { formatNumber } from "../format-number.ts"
import { drawChart, type Chart, type ChartOptions } from "./chart.ts"
import { halo, seriesColor, seriesSymbol } from "./palette.ts"

/** All forecasts of one probability. */
export interface ReliabilityBin {
  readonly probability: number
  /** Of all forecasts; 0..1. */
  readonly share: number
  /** How often the event followed; null where it was never forecast so. */
  readonly observed: number | null
}

export interface ReliabilitySeries {
  readonly name: string
  readonly bins: readonly ReliabilityBin[]
}

export interface ReliabilityDiagramOptions extends ChartOptions {
  readonly series: readonly ReliabilitySeries[]
  /** How often the event came at all. */
  readonly baseRate: number
}

/** The smallest share that has a bar: the strip of shares is logarithmic from here to 1. */
const smallestShare = 1e-4
/** The strip below the diagram, on its vertical axis. */
const strip = { bottom: -0.34, top: -0.06 }
const stripTicks = [1e-4, 1e-2, 1]

const stripHeight = (share: number): number =>
  strip.bottom + (strip.top - strip.bottom) * Math.max(0, 1 - Math.log10(share) / Math.log10(smallestShare))

/**
 * How often an event followed by how likely it was said to be: on the diagonal probabilities can be taken at their word. The bars
 * below say how often each probability was given, on a logarithmic scale.
 */
export function reliabilityDiagram({ series, baseRate, ...options }: ReliabilityDiagramOptions): Chart {
  const bars = series.flatMap(({ bins }, index) => bins.map((bin) => ({ ...bin, index, width: 0.8 / Math.max(1, bins.length - 1) })))
  const slot = 1 / Math.max(1, series.length)
  const left = ({ probability, width, index }: (typeof bars)[number]): number => probability + width * (slot * index - 0.5)
  const drawn = series.map(({ name, bins }) => ({ name, bins: bins.filter(({ observed }) => observed != null) }))
  const percent = (share: number): string => `${formatNumber(share * 100, { digits: 2 })} %`

  return drawChart({
    width: 560,
    height: 540,
    ...options,
    alternative: [
      "Reliability diagram: observed frequency by forecast probability.",
      ...drawn.map(({ name, bins }) => {
        const said = ({ probability, observed }: ReliabilityBin): string => `${percent(observed!)} where ${percent(probability)} was said`
        const [first, last] = [bins[0], bins.at(-1)]
        return first && last ? `${name}: the event followed in ${said(first)}, in ${said(last)}.` : `${name} has no forecast.`
      }),
      `The event came in ${percent(baseRate)} of all cases.`,
    ].join(" "),
    legend: series.map(({ name }) => name),
    plot: {
      x: {
        label: "forecast probability",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [-0.03, 1.03],
        ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
      },
      y: {
        label: "share of forecasts and observed frequency",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [strip.bottom, 1.02],
        axis: null,
      },
      marginLeft: 74,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        Plot.axisY([0, 0.2, 0.4, 0.6, 0.8, 1], { label: "observed frequency", labelAnchor: "center", labelArrow: "none" }),
        Plot.gridY([0, 0.2, 0.4, 0.6, 0.8, 1]),
        Plot.axisY(stripTicks.map(stripHeight), {
          label: null,
          tickFormat: (_: number, i: number) => percent(stripTicks[i]!),
        }),
        Plot.text(["share of forecasts"], { x: 0.5, y: strip.top + 0.03, text: (text: string) => text, ...halo }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: "currentColor", strokeDasharray: "5 4", strokeOpacity: 0.75 },
        ),
        Plot.ruleY([baseRate], { stroke: "currentColor", strokeOpacity: 0.4 }),
        Plot.text([`base rate ${percent(baseRate)}`], {
          text: (text: string) => text,
          x: 1.02,
          y: baseRate,
          textAnchor: "end",
          dy: -8,
          ...halo,
        }),
        Plot.ruleY([strip.bottom, 0], { stroke: "currentColor" }),
        Plot.rect(
          bars.filter(({ share }) => share > smallestShare),
          {
            x1: left,
            x2: (bar: (typeof bars)[number]) => left(bar) + bar.width * slot,
            y1: strip.bottom,
            y2: ({ share }: ReliabilityBin) => stripHeight(share),
            fill: ({ index }: { index: number }) => seriesColor(index),
            fillOpacity: 0.7,
          },
        ),
        ...drawn.flatMap(({ bins }, index) => [
          Plot.line(bins, { x: "probability", y: "observed", stroke: seriesColor(index), strokeWidth: 2 }),
          Plot.dot(bins, { x: "probability", y: "observed", r: 4, fill: seriesColor(index), symbol: seriesSymbol(index) }),
        ]),
      ],
    },
    data: {
      corner: "forecast probability",
      columns: series.map(({ name }) => `${name}: observed frequency (share of forecasts)`),
      rows: [...new Set(bars.map(({ probability }) => probability))]
        .toSorted((a, b) => a - b)
        .map((probability) => ({
          label: formatNumber(probability),
          cells: series.map(({ bins }) => {
            const bin = bins.find((candidate) => candidate.probability === probability)
            return bin == null ? null : `${bin.observed == null ? "–" : formatNumber(bin.observed)} (${percent(bin.share)})`
          }),
        })),
    },
  })
}
