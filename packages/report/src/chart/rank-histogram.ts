import * as Plot from "@observablehq/plot"
import { formatNumber } from "../format-number.ts"
import { drawChart, type Chart, type ChartOptions } from "./chart.ts"
import { seriesColor } from "./palette.ts"

/** How often the truth took each rank among the members of an ensemble. */
export interface RankShares {
  /** "day 1". */
  readonly label: string
  /** Shares of the M + 1 ranks, from below all members to above all; they add up to 1. */
  readonly shares: readonly number[]
  /** How many independent cases the shares come from: neighbours in space and time are not independent. */
  readonly cases: number
}

export interface RankHistogramOptions extends ChartOptions {
  readonly panels: readonly RankShares[]
}

/** Half the width of a central 95 % of the normal distribution, in deviations. */
const deviations = 1.96

/**
 * Histograms side by side of the rank of the truth, each relative to a flat one, with the band in which 95 % of the bars of a calibrated
 * ensemble lie (normal approximation of the binomial distribution). High ends mean too little spread, a high middle too much, a slope a bias.
 */
export function rankHistogram({ panels, ...options }: RankHistogramOptions): Chart {
  const bars = panels.flatMap(({ label, shares }) => shares.map((share, rank) => ({ label, rank, height: share * shares.length })))
  const bands = panels.map(({ label, shares, cases }) => {
    const half = deviations * Math.sqrt((shares.length - 1) / Math.max(1, cases))
    return { label, low: Math.max(0, 1 - half), high: 1 + half, last: shares.length - 1 }
  })
  const most = Math.max(1, ...panels.map(({ shares }) => shares.length - 1))
  return drawChart({
    height: 300,
    ...options,
    alternative: [
      "Rank histograms, relative to a flat one.",
      ...panels.map(({ label, shares }) => {
        const height = (rank: number): string => formatNumber(shares[rank]! * shares.length, { digits: 3 })
        return `${label}: ${height(0)} below all members, ${height(shares.length - 1)} above all, ${height((shares.length - 1) >> 1)} in the middle.`
      }),
    ].join(" "),
    legend: [],
    plot: {
      fx: { label: null, domain: panels.map(({ label }) => label), padding: 0.06 },
      x: {
        label: "rank of the truth: members below it",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [-0.6, most + 0.6],
        ticks: [0, Math.round(most / 2), most],
        tickFormat: String,
      },
      y: { label: "frequency, 1 is flat", labelAnchor: "center", labelArrow: "none", grid: true, nice: true, zero: true },
      marginLeft: 62,
      marginRight: 24,
      marginBottom: 44,
      marks: [
        Plot.rect(bands, {
          fx: "label",
          x1: -0.6,
          x2: ({ last }: { last: number }) => last + 0.6,
          y1: "low",
          y2: "high",
          fill: "currentColor",
          fillOpacity: 0.12,
        }),
        Plot.rect(bars, {
          fx: "label",
          x1: ({ rank }: { rank: number }) => rank - 0.42,
          x2: ({ rank }: { rank: number }) => rank + 0.42,
          y1: 0,
          y2: "height",
          fill: seriesColor(0),
          fillOpacity: 0.85,
        }),
        Plot.ruleY([1], { stroke: seriesColor(1), strokeWidth: 2, strokeDasharray: "6 4" }),
        Plot.ruleY([0], { stroke: "currentColor" }),
      ],
    },
    data: {
      corner: "members below the truth",
      columns: panels.map(({ label }) => label),
      rows: Array.from({ length: most + 1 }, (_, rank) => ({
        label: String(rank),
        cells: panels.map(({ shares }) => (shares[rank] == null ? null : shares[rank] * shares.length)),
      })),
    },
  })
}
