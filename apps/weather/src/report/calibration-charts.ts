import { lineChart, rankHistogram, reliabilityDiagram, scatterChart, table, type Chart, type Html } from "@scalewise/report"
import type { EventScores, VariableVerification } from "@scalewise/weather"
import { scoreSeries, type ScoreUnits } from "./score-charts.ts"
import { leadText, shownLeads } from "./shown-leads.ts"

/** Whether spread and probabilities can be taken at their word. */
export function calibrationCharts({ systems, name }: VariableVerification, { units, scale }: ScoreUnits): (Chart | Html)[] {
  const [forecast] = systems
  if (!forecast || forecast.members < 2) return []
  const ensembles = systems.filter(({ members }) => members > 1)
  const leads = forecast.leads
  const chosen = shownLeads(
    leads.map(({ lead }) => lead),
    3,
  )
  const labelled = new Set(shownLeads(leads.map(({ lead }) => lead)))
  return [
    lineChart({
      title: `${name}: spread-skill ratio`,
      description:
        "Spread of the members over the error of their mean, corrected for their number: 1 is calibrated, below 1 the ensemble is too sure.",
      x: { label: "lead (days)" },
      y: { label: "spread / error" },
      series: scoreSeries(ensembles, ({ spreadSkill }) => spreadSkill),
      references: [{ label: "calibrated", value: 1 }],
    }),
    scatterChart({
      title: `${name}: spread and error by lead`,
      description: "Points of a calibrated ensemble lie on the line.",
      x: { label: `spread, corrected for the number of members (${units})` },
      y: { label: `RMSE of the mean (${units})` },
      identity: "calibrated",
      series: [
        {
          name: forecast.name,
          points: leads.map(({ lead, spread, rmse }, l) => ({
            x: spread === null ? NaN : spread * scale * Math.sqrt((forecast.members + 1) / forecast.members),
            y: rmse === null ? NaN : rmse * scale,
            ...(labelled.has(l) && { label: leadText(lead) }),
          })),
        },
      ],
    }),
    rankHistogram({
      title: `${name}: rank of the truth among the members`,
      description:
        "High ends mean too little spread, a high middle too much, a slope a bias. In the grey band lie 95 % of the bars of a calibrated ensemble if only starts are independent of each other, and neither cells nor neighbouring days add anything or take it away.",
      panels: chosen.map((l) => ({ label: leadText(leads[l]!.lead), shares: leads[l]!.rankHistogram, cases: leads[l]!.starts })),
    }),
    ...eventNames(forecast.leads[chosen[0]!]!.events).flatMap((event) => eventCharts(event, forecast.leads, chosen, name)),
    ...eventTable(forecast.leads, chosen, name),
  ]
}

/** One event of each side is drawn, the 90 % quantile where there is one: rarer ones have too few cases in most bins. */
function eventNames(events: readonly EventScores[]): string[] {
  return (["above", "below"] as const).flatMap((side) => {
    const ofSide = events.filter((event) => event.side === side && event.events > 0)
    const usual = ofSide.toSorted((a, b) => Math.abs(a.quantile - 0.5) - Math.abs(b.quantile - 0.5))[0]
    return usual ? [usual.name] : []
  })
}

type Leads = VariableVerification["systems"][number]["leads"]

function eventCharts(event: string, leads: Leads, chosen: readonly number[], name: string): Chart[] {
  const found = chosen.flatMap((l) => {
    const scores = leads[l]!.events.find((one) => one.name === event)
    return scores ? [{ lead: leadText(leads[l]!.lead), scores }] : []
  })
  if (found.length === 0) return []
  return [
    reliabilityDiagram({
      title: `${name}: reliability for the event "${event}" of the season`,
      description: "The quantile is of the cell and season in the training years.",
      baseRate: found[0]!.scores.baseRate ?? NaN,
      series: found.map(({ lead, scores }) => ({ name: lead, bins: scores.diagram })),
    }),
    lineChart({
      title: `${name}: economic value for the event "${event}" of the season`,
      description:
        "What users save who act once the probability reaches their ratio of cost to loss, as a share of what perfect knowledge would save; zero is acting by climatology alone.",
      x: { label: "cost / loss", scale: "log" },
      y: { label: "relative economic value", domain: [0, 1] },
      series: found.map(({ lead, scores }) => ({
        name: lead,
        points: scores.economicValue.map(({ costLoss, value }) => ({ x: costLoss, y: value !== null && value >= 0 ? value : NaN })),
      })),
    }),
  ]
}

function eventTable(leads: Leads, chosen: readonly number[], name: string): Html[] {
  const rows = chosen.flatMap((l) =>
    leads[l]!.events.map((event) => ({
      label: `${event.name}, ${leadText(leads[l]!.lead)}`,
      cells: [
        event.events,
        ...[event.baseRate, event.brierFair, event.brierSkill, event.reliability, event.resolution, event.auc].map(short),
      ],
    })),
  )
  if (rows.length === 0) return []
  return [
    table({
      title: `${name}: events beyond the training quantiles`,
      corner: "event and lead",
      columns: ["events", "base rate", "fair Brier score", "Brier skill", "reliability", "resolution", "area under ROC"],
      rows,
      notes: ["Events are counted over cells and starts, which depend on each other. The skill is against the observed frequency."],
    }),
  ]
}

/** Three digits; a number still, so that the table sets it right. */
const short = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(3)))
