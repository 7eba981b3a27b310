import type { GraphScores, GraphSetsEvaluation, MoleculeEvaluation } from "@scalewise/graph"
import { lineChart, page, table, type Html, type PageSection, type TableCell, type TableRow } from "@scalewise/report"
import { runFigures, type JudgedRun, type JudgedSetting } from "./judged-setting.ts"

/** What the page shows. */
export interface ReportContent {
  readonly model: string
  readonly data: string
  readonly settings: readonly JudgedSetting[]
  /** Floors and baselines. */
  readonly evaluation: GraphSetsEvaluation
  /** Pictures: generated beside real, the film, curves. */
  readonly pictures: { readonly sideBySide: Html; readonly film: Html; readonly curves: readonly Html[] }
  /** Sections of plugins. */
  readonly added: readonly PageSection[]
  readonly command: string
  readonly machine: string
}

/** The self-contained page of a graph model. */
export function reportPage({ model, data, settings, evaluation, pictures, added, command, machine }: ReportContent): string {
  const first = settings[0]!.runs[0]!
  return page({
    title: `Graphs of ${model}`,
    lead: `${settings[0]!.runs.length} ${settings[0]!.runs.length === 1 ? "draw" : "draws"} of ${first.count} graphs with each setting, held against ${data}. Numbers are mean ± standard deviation over the draws.`,
    sections: [
      { title: "Generated graphs", content: [pictures.sideBySide] },
      { title: "From one node", content: [pictures.film] },
      { title: "Scores", content: scoreTables(settings, evaluation) },
      ...(settings.length > 1 ? [callsSection(settings)] : []),
      ...(first.molecules ? [moleculeSection(settings)] : []),
      { title: "Distributions", content: pictures.curves },
      ...added,
    ],
    footer: [`Made by: ${command}`, machine],
  })
}

const columns = ["V.U.N.", "ratio", "EMD average", "connected", "unique", "novel", "PGD", "network calls", "graphs a second"]
const keys = ["vun", "ratio", "emd", "connected", "unique", "novel", "pgd", "calls", "perSecond"] as const

function scoreTables(settings: readonly JudgedSetting[], { floors, baselines }: GraphSetsEvaluation): Html[] {
  const small = floors.perfect[0]
  const perfect = (of: (typeof floors.perfect)[number]): TableCell[] => [
    null,
    of.ratio && { mean: of.ratio.mean, sd: of.ratio.deviation },
    meanOf([of.mmd.emd.degree, of.mmd.emd.clustering, of.mmd.emd.orbit].map((one) => one?.mean ?? null)),
    ...columns.slice(3).map(() => null),
  ]
  const rows: TableRow[] = [
    ...settings.map(({ name, runs }) => ({ label: name, cells: cellsOf(runs) })),
    ...settings.flatMap(({ name, large }) => (large ? [{ label: `${name}, ${large.count} graphs`, cells: cellsOf([large]) }] : [])),
    ...(small
      ? floors.perfect.map((floor) => ({
          label: `${floor.count} training graphs (perfect sampler)`,
          kind: "floor" as const,
          cells: perfect(floor),
        }))
      : []),
    ...(baselines
      ? [
          { label: "matched Erdos-Renyi", kind: "floor" as const, cells: baselineCells(baselines.erdosRenyi) },
          { label: "block-model resample", kind: "floor" as const, cells: baselineCells(baselines.blockResample) },
        ]
      : []),
  ]
  return [
    table({
      title: "Samples against the test graphs",
      corner: "sampling",
      columns,
      rows,
      notes: [
        `V.U.N.: valid (${floors.validity}), unique and novel. Ratio: mean of the five total-variation MMDs, each over that of all training graphs. EMD average: degree, clustering and orbit MMD under the earth mover's kernel. Floors say what as many random training graphs score.`,
      ],
    }),
  ]
}

const cellsOf = (runs: readonly JudgedRun[]): TableCell[] => {
  const figures = runs.map(runFigures)
  return keys.map((key) => {
    const values = figures.map((figure) => figure[key]).filter((value): value is number => value != null)
    return values.length === 0 ? null : values
  })
}

const baselineCells = (scores: GraphScores): TableCell[] => {
  const figures = runFigures({ scores, calls: Number.NaN, seconds: Number.NaN, seed: 0, count: scores.count, molecules: undefined })
  return keys.map((key) => (key === "calls" || key === "perSecond" ? null : (figures[key] ?? null)))
}

const meanOf = (values: readonly (number | null)[]): number | null =>
  values.some((value) => value === null) ? null : values.reduce((sum: number, value) => sum + value!, 0) / values.length

/** Quality against network calls. */
function callsSection(settings: readonly JudgedSetting[]): PageSection {
  const points = (key: "ratio" | "vun") =>
    settings
      .map(({ runs }) => {
        const figures = runs.map(runFigures)
        return { x: meanOf(figures.map(({ calls }) => calls!))!, y: meanOf(figures.map((figure) => figure[key]!)) ?? Number.NaN }
      })
      .toSorted((a, b) => a.x - b.x)
  return {
    title: "Quality against network calls",
    content: [
      lineChart({
        title: "Ratio to the training graphs' distances",
        x: { label: "network calls per graph", scale: "log" },
        y: { label: "ratio", scale: "log" },
        series: [{ name: "ratio", points: points("ratio") }],
      }),
      lineChart({
        title: "Valid, unique and novel",
        x: { label: "network calls per graph", scale: "log" },
        y: { label: "V.U.N.", domain: [0, 1] },
        series: [{ name: "V.U.N.", points: points("vun") }],
      }),
    ],
  }
}

function moleculeSection(settings: readonly JudgedSetting[]): PageSection {
  const names = [
    "valid",
    "relaxed valid",
    "unique of valid",
    "in train",
    "in validation or test",
    "outside",
    "atom TV",
    "bond TV",
    "ring size TV",
    "ring count TV",
    "NSPDK MMD",
  ]
  const cells = (all: readonly MoleculeEvaluation[]): TableCell[] =>
    [
      (one: MoleculeEvaluation) => one.valid,
      (one: MoleculeEvaluation) => one.relaxedValid,
      (one: MoleculeEvaluation) => one.unique,
      (one: MoleculeEvaluation) => one.origins?.train ?? null,
      (one: MoleculeEvaluation) => one.origins?.validationAndTest ?? null,
      (one: MoleculeEvaluation) => one.origins?.neither ?? null,
      (one: MoleculeEvaluation) => one.totalVariation.atoms,
      (one: MoleculeEvaluation) => one.totalVariation.bonds,
      (one: MoleculeEvaluation) => one.totalVariation.ringSizes,
      (one: MoleculeEvaluation) => one.totalVariation.ringCounts,
      (one: MoleculeEvaluation) => one.nspdk,
    ].map((read) => {
      const values = all.map(read).filter((value): value is number => value !== null)
      return values.length === 0 ? null : values
    })
  const floor = settings[0]!.runs[0]!.molecules!.floors
  return {
    title: "Molecules",
    content: [
      table({
        title: "Chemistry of the samples",
        corner: "sampling",
        columns: names,
        rows: [
          ...settings.map(({ name, runs }) => ({
            label: name,
            cells: cells(runs.flatMap(({ molecules }) => (molecules ? [molecules] : []))),
          })),
          ...(floor
            ? [
                {
                  label: `${floor.count} real molecules`,
                  kind: "floor" as const,
                  cells: [
                    1,
                    1,
                    null,
                    floor.origins?.train ?? null,
                    floor.origins?.validationAndTest ?? null,
                    floor.origins?.neither ?? null,
                    floor.totalVariation.atoms,
                    floor.totalVariation.bonds,
                    floor.totalVariation.ringSizes,
                    floor.totalVariation.ringCounts,
                    floor.nspdk,
                  ],
                },
              ]
            : []),
        ],
        notes: [
          "No mask, no rejection and no correction unless the setting says so. Shares in train, in validation or test, and outside are of the valid molecules.",
        ],
      }),
    ],
  }
}
