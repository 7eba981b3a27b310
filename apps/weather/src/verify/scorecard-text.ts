import { textTable } from "@scalewise/cli"
import { formatNumber } from "@scalewise/report"
import type { Comparison, LeadScores, Score, ScoreInterval, VariableVerification, VerificationResult } from "@scalewise/weather"

/** A verification as tables for a terminal: scores by lead, baselines beside them, skill with intervals, bands and events. */
export function scorecardText(result: VerificationResult): string {
  const { starts, settings, training } = result
  const head =
    `${result.forecast}: ${starts.verified} starts from ${starts.first ?? "none"} to ${starts.last ?? "none"}, seed ${settings.seed}.\n` +
    `Climatology, events and baselines are learned from ${training}. Intervals: 95 %, blocks of ${settings.blockDays} days.`
  return [head, ...result.variables.map(variableText)].join("\n\n")
}

function variableText({ name, units, systems, comparisons }: VariableVerification): string {
  const forecast = systems[0]!
  const kind = forecast.crpsForm === "fair" ? `fair CRPS, ${forecast.members} members` : "one member: CRPS is the absolute error"
  const parts = [
    `${name} in ${units} (${kind})`,
    textTable(
      ["lead", "starts", "CRPS", "95 %", "RMSE", "bias", "ACC", "spread/skill", "ranks off flat", "energy", "variogram"],
      forecast.leads.map((at) => [
        leadText(at.lead),
        String(at.starts),
        number(at.crps),
        between(at.crpsInterval, number),
        number(at.rmse),
        number(at.bias),
        number(at.acc),
        number(at.spreadSkill),
        number(at.rankDeviation),
        number(at.energyScore),
        number(at.variogramScore),
      ]),
    ),
  ]
  if (systems.length > 1) {
    for (const [title, key] of [
      ["CRPS beside baselines", "crps"],
      ["RMSE beside baselines", "rmse"],
      ["Spread-skill ratio beside baselines", "spreadSkill"],
    ] as const)
      parts.push(
        `${title}${key === "crps" ? " (absolute error for one member)" : ""}`,
        textTable(
          ["lead", ...systems.map((system) => system.name)],
          forecast.leads.map(({ lead }, l) => [leadText(lead), ...systems.map((system) => number(system.leads[l]![key]))]),
        ),
      )
    parts.push("CRPS gained on each reference, 95 % interval of the paired starts", skillTable(comparisons, forecast.leads))
  }
  const [first] = forecast.leads
  if (first && first.bands.length > 0) parts.push(...bandTables(forecast.leads))
  if (first && first.events.length > 0)
    parts.push(
      "Fair Brier skill against the observed frequency, for events beyond quantiles of training (cell and season); in brackets how often the event was there",
      textTable(
        ["lead", ...first.events.map((event) => event.name)],
        forecast.leads.map(({ lead, events }) => [
          leadText(lead),
          ...events.map((event) => `${number(event.brierSkillFair ?? event.brierSkill)} (${percent(event.baseRate)})`),
        ]),
      ),
    )
  return parts.join("\n\n")
}

function skillTable(comparisons: readonly Comparison[], leads: readonly LeadScores[]): string {
  const ofCrps = comparisons.filter(({ score }) => score === "crps")
  return textTable(
    ["lead", ...ofCrps.map(({ reference }) => reference)],
    leads.map(({ lead }, l) => [
      leadText(lead),
      ...ofCrps.map(({ leads: compared }) => {
        const { skill } = compared[l]!
        return `${percent(skill.estimate)} ${between(skill, percent)}`
      }),
    ]),
  )
}

function bandTables(leads: readonly LeadScores[]): string[] {
  const header = ["lead", ...leads[0]!.bands.map(({ wavelengthKm }) => `> ${formatNumber(wavelengthKm, { digits: 2 })} km`)]
  const tableOf = (text: (band: LeadScores["bands"][number]) => string): string =>
    textTable(
      header,
      leads.map(({ lead, bands }) => [leadText(lead), ...bands.map(text)]),
    )
  return [
    "Bands by shortest wavelength: CRPS, spread-skill ratio",
    tableOf(({ crps, spreadSkill }) => `${number(crps)}, ${number(spreadSkill)}`),
    "Bands: variance of members over that of the truth",
    tableOf(({ varianceRatio }) => number(varianceRatio)),
  ]
}

/** "36 h", "10 d". */
const leadText = (hours: number): string => (hours % 24 === 0 ? `${hours / 24} d` : `${hours} h`)

const number = (value: Score): string =>
  value === null ? "-" : Math.abs(value) < 1 ? value.toFixed(3) : formatNumber(value, { digits: 4 })

const percent = (value: Score): string => (value === null ? "-" : `${(100 * value).toFixed(1)} %`)

const between = ({ lower, upper }: ScoreInterval, text: (value: Score) => string): string =>
  lower === null || upper === null ? "" : `[${text(lower)}, ${text(upper)}]`
