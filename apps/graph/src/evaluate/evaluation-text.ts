import { textTable } from "@scalewise/cli"
import { descriptorNames, type DrawSpread, type GraphEvaluation, type GraphScores } from "@scalewise/graph"
import { formatMeanSd, formatNumber } from "@scalewise/report"

/** An evaluation as a table: samples, what real graphs score, and what naive samplers do. */
export function evaluationText(evaluation: GraphEvaluation): string {
  const { floors, baselines } = evaluation
  const { train, reference, perfect } = floors
  const header = [
    "",
    `${evaluation.count} samples`,
    ...perfect.map(({ count }) => `${count} random train`),
    ...(train ? [`all ${train.count} train`] : []),
    `${reference.count} reference`,
    ...(baselines ? ["Erdos-Renyi", "block resample"] : []),
  ]
  const naive = baselines ? [baselines.erdosRenyi, baselines.blockResample] : []

  interface Row {
    readonly name: string
    readonly scores: (scores: GraphScores) => number | null
    readonly perfect?: (floor: (typeof perfect)[number], index: number) => DrawSpread | null
    readonly train?: number | null | undefined
    readonly reference?: number | null
    readonly text?: (value: number) => string
  }
  const row = ({ name, scores, perfect: drawn, train: ofTrain, reference: ofReference, text = short }: Row): string[] => {
    const cell = (value: number | null | undefined): string => (value == null ? "" : text(value))
    return [
      name,
      cell(scores(evaluation)),
      ...perfect.map((floor, i) => spreadText(drawn?.(floor, i) ?? null)),
      ...(train ? [cell(ofTrain)] : []),
      cell(ofReference),
      ...naive.map((set) => cell(scores(set))),
    ]
  }
  const percent = (value: number): string => `${formatNumber(100 * value, { digits: 3 })} %`
  const rows = [
    ["MMD, total variation"],
    ...descriptorNames.map((name) =>
      row({ name: `  ${name}`, scores: ({ mmd }) => mmd.tv[name], perfect: ({ mmd }) => mmd.tv[name], train: train?.mmd.tv[name] }),
    ),
    row({ name: "  ratio to train", scores: ({ ratio }) => ratio, perfect: ({ ratio }) => ratio, train: 1 }),
    ["MMD, earth mover"],
    ...(["degree", "clustering", "orbit", "spectral"] as const).map((name) =>
      row({ name: `  ${name}`, scores: ({ mmd }) => mmd.emd[name], perfect: ({ mmd }) => mmd.emd[name], train: train?.mmd.emd[name] }),
    ),
    row({ name: "discrepancy (PGD)", scores: ({ pgd }) => pgd, perfect: (_, i) => (i === 0 ? floors.pgd : null) }),
    ["shares"],
    ...(
      [
        ["connected", "  connected"],
        ["planar", "  planar and connected"],
        ["tree", "  tree"],
        ["sbmValid", "  block structure (ICL)"],
      ] as const
    ).map(([key, name]) => row({ name, scores: (set) => set[key], train: train?.[key], reference: reference[key], text: percent })),
    row({ name: "  unique", scores: ({ unique }) => unique, reference: reference.unique, text: percent }),
    row({ name: "  novel", scores: ({ novel }) => novel, text: percent }),
    row({
      name: "  isomorphic to a training graph",
      scores: ({ isomorphicToTrain }) => isomorphicToTrain,
      reference: reference.isomorphicToTrain,
      text: percent,
    }),
    row({ name: `  V.U.N. (valid: ${floors.validity})`, scores: ({ vun }) => vun, text: percent }),
  ]
  return [textTable(header, rows), ...notes(evaluation)].join("\n")
}

function notes({ count, floors: { perfect, compared, reference } }: GraphEvaluation): string[] {
  const lines: string[] = []
  if (perfect.length > 0)
    lines.push(
      `Random train: mean ± deviation of ${perfect[0]!.draws} draws of so many training graphs, what a perfect sampler scores (with repetition where there are fewer).`,
    )
  if (compared.samples < count) lines.push(`Distances are of ${compared.samples} random samples.`)
  if (compared.reference < reference.count) lines.push(`Distances are from ${compared.reference} random reference graphs.`)
  return lines.length > 0 ? ["", ...lines] : []
}

/** Four digits as tables print them, fewer for what is large. */
const short = (value: number): string => (Math.abs(value) < 1 ? value.toFixed(4) : formatNumber(value, { digits: 3 }))

function spreadText(value: DrawSpread | null): string {
  if (!value) return ""
  return Math.abs(value.mean) < 1 ? `${value.mean.toFixed(4)} ± ${value.deviation.toFixed(4)}` : formatMeanSd(value.mean, value.deviation)
}
