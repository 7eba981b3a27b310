import { formatNumber, lineChart, table, type Chart, type Html } from "@scalewise/report"
import type { LeadScores, VariableVerification } from "@scalewise/weather"
import type { ScoreUnits } from "./score-charts.ts"
import { leadText, shownLeads } from "./shown-leads.ts"

/** Whether members look like the truth at every scale: spectra, and scores of each Laplacian band. */
export function scaleCharts({ systems, name }: VariableVerification, { units, scale }: ScoreUnits): (Chart | Html)[] {
  const leads = systems[0]?.leads ?? []
  return [...spectrumCharts(leads, name, { units, scale }), ...bandCharts(leads, name, { units, scale })]
}

function spectrumCharts(leads: readonly LeadScores[], name: string, { units, scale }: ScoreUnits): Chart[] {
  return shownLeads(
    leads.map(({ lead }) => lead),
    2,
  ).flatMap((l) => {
    const { lead, spectrum } = leads[l]!
    if (!spectrum || spectrum.wavelengthsKm.length < 2) return []
    const series = (power: readonly number[]) => spectrum.wavelengthsKm.map((x, k) => ({ x, y: power[k]! * scale ** 2 }))
    return [
      lineChart({
        title: `${name}: power by wavelength, ${leadText(lead)}`,
        description: `Members should lie on the truth at every wavelength (their distance is ${spectrum.logDistance === null ? "not known" : `${formatNumber(spectrum.logDistance, { digits: 2 })} dB`}); their mean must lose power where the forecast is uncertain.`,
        x: { label: "wavelength (km)", scale: "log", domain: [Math.max(...spectrum.wavelengthsKm), Math.min(...spectrum.wavelengthsKm)] },
        y: { label: `power (${squared(units)})`, scale: "log" },
        series: [
          { name: "truth", points: series(spectrum.truth) },
          { name: "members", points: series(spectrum.member) },
          { name: "ensemble mean", points: series(spectrum.ensembleMean) },
        ],
      }),
    ]
  })
}

function bandCharts(leads: readonly LeadScores[], name: string, { units, scale }: ScoreUnits): (Chart | Html)[] {
  const bands = leads[0]?.bands ?? []
  if (bands.length === 0) return []
  const bandName = (k: number): string => `from ${formatNumber(bands[k]!.wavelengthKm, { digits: 3 })} km`
  const curves = (score: (lead: LeadScores["bands"][number]) => number | null) =>
    bands.map((_, k) => ({
      name: bandName(k),
      points: leads.map(({ lead, bands: at }) => ({ x: lead / 24, y: (at[k] && score(at[k])) ?? NaN })),
    }))
  const chosen = shownLeads(leads.map(({ lead }) => lead))
  return [
    lineChart({
      title: `${name}: variance of members over that of the truth, by band`,
      description:
        "A band is named by the shortest wave that its grid can hold. Above 1 members are too rough at that scale, below 1 too smooth.",
      x: { label: "lead (days)" },
      y: { label: "variance ratio" },
      series: curves(({ varianceRatio }) => varianceRatio),
      references: [{ label: "as the truth", value: 1 }],
    }),
    lineChart({
      title: `${name}: spread-skill ratio, by band`,
      description: "1 is calibrated at that scale.",
      x: { label: "lead (days)" },
      y: { label: "spread / error" },
      series: curves(({ spreadSkill }) => spreadSkill),
      references: [{ label: "calibrated", value: 1 }],
    }),
    table({
      title: `${name}: CRPS of each band (${units})`,
      corner: "band",
      columns: chosen.map((l) => leadText(leads[l]!.lead)),
      rows: bands.map((_, k) => ({
        label: bandName(k),
        cells: chosen.map((l) => {
          const crps = leads[l]!.bands[k]?.crps
          return crps == null ? null : crps * scale
        }),
      })),
    }),
  ]
}

const squared = (units: string): string => (/^[a-zA-Z]+$/.test(units) ? `${units}²` : `(${units})²`)
