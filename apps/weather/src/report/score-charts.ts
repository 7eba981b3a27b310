import {
  formatNumber,
  lineChart,
  table,
  type Chart,
  type Html,
  type LinePoint,
  type LineSeries,
  type TableCell,
  type TableRow,
} from "@scalewise/report"
import type { Comparison, LeadScores, Score, ScoreInterval, SystemScores, VariableVerification } from "@scalewise/weather"
import { leadText, shownLeads } from "./shown-leads.ts"

/** What the charts of scores need to know about units. */
export interface ScoreUnits {
  readonly units: string
  readonly scale: number
}

/** Curves of one score over the leads, one for each system; the first, the forecast, has a band where there are intervals. */
export function scoreSeries(
  systems: readonly SystemScores[],
  score: (lead: LeadScores) => Score,
  interval?: (lead: LeadScores) => ScoreInterval,
  scale = 1,
): LineSeries[] {
  return systems.map(({ name, leads }, i) => ({
    name,
    points: leads.map((lead) => scorePoint(lead.lead, score(lead), i === 0 ? interval?.(lead) : undefined, scale)),
  }))
}

/** CRPS and RMSE by lead with intervals, and the skill against every reference. */
export function scoreCharts({ systems, comparisons, name }: VariableVerification, { units, scale }: ScoreUnits): Chart[] {
  const x = { label: "lead (days)" }
  const form = systems[0]?.crpsForm === "absolute error" ? "mean absolute error" : "fair CRPS"
  const byReference = comparisons.filter(({ score }) => score === "crps")
  return [
    lineChart({
      title: `${name}: CRPS by lead`,
      description:
        "Lower is better. The band is the 95 % interval by moving-block bootstrap over starts. A system of one member is scored by its absolute error.",
      x,
      y: { label: `${form} (${units})` },
      series: scoreSeries(
        systems,
        ({ crps }) => crps,
        ({ crpsInterval }) => crpsInterval,
        scale,
      ),
    }),
    ...(byReference.length > 0
      ? [
          lineChart({
            title: `${name}: skill of the forecast against each reference`,
            description:
              "1 − CRPS of the forecast / CRPS of the reference, on the same starts; above zero the forecast is better. Bands are 95 % intervals.",
            x,
            y: { label: "CRPS skill score" },
            series: byReference.map(skillSeries),
            references: [{ label: "no better", value: 0 }],
          }),
        ]
      : []),
    lineChart({
      title: `${name}: error of the ensemble mean`,
      description: "Root mean square error, the root taken last. The band is the 95 % interval.",
      x,
      y: { label: `RMSE (${units})` },
      series: scoreSeries(
        systems,
        ({ rmse }) => rmse,
        ({ rmseInterval }) => rmseInterval,
        scale,
      ),
    }),
    lineChart({
      title: `${name}: anomaly correlation of the ensemble mean`,
      description: "Anomalies from the training climatology, which itself has no correlation.",
      x,
      y: { label: "anomaly correlation" },
      series: scoreSeries(systems, ({ acc }) => acc),
    }),
  ]
}

/** All systems at some leads: the forecast first, baselines set apart. */
export function scoreTable({ systems, name }: VariableVerification, { units, scale }: ScoreUnits): Html {
  const leads = systems[0]!.leads
  const chosen = shownLeads(leads.map(({ lead }) => lead))
  const columns = ["members", ...chosen.flatMap((l) => [`CRPS ${leadText(leads[l]!.lead)}`, `RMSE ${leadText(leads[l]!.lead)}`])]
  return table({
    title: `${name}: CRPS and RMSE in ${units}`,
    corner: "system",
    columns,
    rows: systems.map((system): TableRow => ({
      label: system.name,
      kind: system.isBaseline ? "floor" : "result",
      cells: [
        system.members,
        ...chosen.flatMap((l): TableCell[] => [times(system.leads[l]?.crps, scale), times(system.leads[l]?.rmse, scale)]),
      ],
    })),
    notes: ["CRPS is the fair form, whatever the number of members; of one member it is the absolute error. Baselines stand in italics."],
  })
}

/** Differences of CRPS against every baseline with intervals, as words that say whether zero is excluded. */
export function comparisonTable({ comparisons, name }: VariableVerification, { units, scale }: ScoreUnits): Html | undefined {
  const rows = comparisons.filter(({ score }) => score === "crps")
  if (rows.length === 0) return undefined
  const leads = rows[0]!.leads
  const chosen = shownLeads(leads.map(({ lead }) => lead))
  return table({
    title: `${name}: CRPS of the forecast less that of each reference (${units})`,
    corner: "reference",
    columns: chosen.map((l) => leadText(leads[l]!.lead)),
    rows: rows.map(({ reference, leads: at }) => ({ label: reference, cells: chosen.map((l) => intervalText(at[l]!.difference, scale)) })),
    notes: [
      "Below zero the forecast is better. In brackets the 95 % interval of the paired difference by moving-block bootstrap; a star where it excludes zero.",
    ],
  })
}

const skillSeries = ({ reference, leads }: Comparison): LineSeries => ({
  name: reference,
  points: leads.map(({ lead, skill }) => scorePoint(lead, skill.estimate, skill, 1)),
})

function scorePoint(lead: number, value: Score, interval: ScoreInterval | undefined, scale: number): LinePoint {
  const point = { x: lead / 24, y: times(value, scale) ?? NaN }
  const [low, high] = [times(interval?.lower, scale), times(interval?.upper, scale)]
  return low === null || high === null ? point : { ...point, low, high }
}

function intervalText({ estimate, lower, upper }: ScoreInterval, scale: number): string | null {
  const [middle, low, high] = [times(estimate, scale), times(lower, scale), times(upper, scale)]
  if (middle === null) return null
  const short = (value: number): string => formatNumber(value, { digits: 3 })
  if (low === null || high === null) return short(middle)
  return `${short(middle)} (${short(low)} to ${short(high)})${low > 0 || high < 0 ? " *" : ""}`
}

const times = (value: Score | undefined, scale: number): number | null => (value == null ? null : value * scale)
