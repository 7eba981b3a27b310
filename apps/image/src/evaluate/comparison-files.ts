import { formatMeanSd, formatNumber, lineChart, page, table, type Chart, type LinePoint, type TableCell } from "@scalewise/report"
import type { ComparisonRow } from "./comparison-rows.ts"
import { numberText, short, spreadText } from "./evaluation-text.ts"
import type { Evaluation } from "./evaluation.ts"

/** The files of a comparison by name: the page, the table as markdown, and the two figures. */
export function comparisonFiles(
  evaluations: readonly Evaluation[],
  rows: readonly ComparisonRow[],
  command: string,
): { "comparison.html": string; "comparison.md": string; "fld-seconds.svg": string; "fld-calls.svg": string } {
  const counts = [...new Set(rows.map(({ count }) => count))].sort((a, b) => b - a)
  const floors = counts.map((count) => ({ count, floor: rows.find((row) => row.count === count)!.fldFloor }))
  const seconds = qualityChart(rows, floors, {
    value: (row) => row.cpuSeconds,
    label: "processor seconds a picture",
    title: "FLD against seconds",
  })
  const calls = qualityChart(rows, floors, {
    value: (row) => row.networkCalls,
    label: "network calls a picture",
    title: "FLD against network calls",
  })
  const { extractor, machine } = evaluations[0]!
  const notes = [
    `FLD in the features of the classifier ${short(extractor.hash)}: lower is better, and fewer samples give a higher one; compare equal numbers only.`,
    `± is the standard deviation over sampling seeds, of one seed the bootstrap deviation over samples. CPU seconds: of a picture, all threads together. Times: ${machine.backend}, ${machine.threads} threads; load averages before the evaluations: ${evaluations.map((one) => one.machine.loadAverage.toFixed(1)).join(", ")}.`,
  ]
  return {
    "comparison.html": page({
      title: "Quality against cost",
      lead: `${evaluations.map(({ label }) => label).join(", ")}: how near samples come to real images, and what a sample costs.`,
      sections: [{ title: "Comparison", content: [seconds, calls, numbersTable(rows, floors, notes)] }],
      footer: [`Command: ${command}`, ...evaluations.map((one) => `${one.label}: ${one.command}`)],
    }),
    "comparison.md": `${markdown(rows, floors)}\n\n${notes.join(" ")}\n`,
    "fld-seconds.svg": seconds.svg,
    "fld-calls.svg": calls.svg,
  }
}

type Floors = readonly { readonly count: number; readonly floor: ComparisonRow["fldFloor"] }[]

function qualityChart(
  rows: readonly ComparisonRow[],
  floors: Floors,
  { value, label, title }: { value: (row: ComparisonRow) => number | null; label: string; title: string },
): Chart {
  // A line between other numbers of samples would compare what cannot be compared
  const nameOf = ({ series, count }: ComparisonRow): string => (floors.length > 1 ? `${series}, ${formatNumber(count)}` : series)
  const names = [...new Set(rows.map(nameOf))]
  const floorNames = floors.length > 1
  return lineChart({
    title,
    description: "Down and to the left is better. A line joins one sampler with several numbers of steps; both axes are logarithmic.",
    height: 420,
    x: { label, scale: "log" },
    y: { label: "FLD", scale: "log" },
    series: names.map((name) => ({
      name,
      points: rows
        .flatMap((row): LinePoint[] => {
          const x = nameOf(row) === name ? value(row) : null
          return x === null ? [] : [{ x, y: row.fld.mean }]
        })
        .sort((a, b) => a.x - b.x),
    })),
    references: floors.map(({ count, floor }) => ({
      label: floorNames ? `floor: ${formatNumber(count)} training images` : "floor: training images",
      value: floor.mean,
    })),
  })
}

const deviationOf = ({ fld, fldDeviation }: ComparisonRow): number => (fld.count > 1 ? fld.deviation : fldDeviation)

function numbersTable(rows: readonly ComparisonRow[], floors: Floors, notes: readonly string[]) {
  const meanSd = (value: ComparisonRow["accuracy"]): TableCell => value && { mean: value.mean, sd: value.deviation }
  return table({
    title: "All settings",
    corner: "model, setting",
    columns: ["samples", "seeds", "network calls", "processor seconds", "pictures a second", "FLD", "accuracy", "precision", "recall"],
    rows: [
      ...rows.map((row) => ({
        label: `${row.label}: ${row.setting}`,
        cells: [
          row.count,
          row.seeds,
          row.networkCalls,
          row.cpuSeconds,
          meanSd(row.samplesPerSecond),
          { mean: row.fld.mean, sd: deviationOf(row) },
          meanSd(row.accuracy),
          meanSd(row.precision),
          meanSd(row.recall),
        ],
      })),
      ...floors.map(({ count, floor }) => ({
        label: "training images instead of samples",
        kind: "floor" as const,
        cells: [count, null, null, null, null, { mean: floor.mean, sd: floor.deviation }, null, null, null],
      })),
    ],
    notes,
  })
}

function markdown(rows: readonly ComparisonRow[], floors: Floors): string {
  const lines = rows.map((row) => [
    `${row.label}: ${row.setting}`,
    formatNumber(row.count),
    String(row.seeds),
    numberText(row.networkCalls),
    row.cpuSeconds === null ? "–" : formatNumber(row.cpuSeconds, { digits: 3 }),
    spreadText(row.samplesPerSecond),
    formatMeanSd(row.fld.mean, deviationOf(row)),
    spreadText(row.accuracy),
    spreadText(row.precision),
    spreadText(row.recall),
  ])
  for (const { count, floor } of floors)
    lines.push(["(floor: training images)", formatNumber(count), "", "", "", "", spreadText(floor), "", "", ""])
  const header = ["model: setting", "samples", "seeds", "calls", "CPU seconds", "per second", "FLD", "accuracy", "precision", "recall"]
  return [header, header.map((_, index) => (index === 0 ? "---" : "---:")), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}
