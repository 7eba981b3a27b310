import type { GraphSampling, GraphScores, MoleculeEvaluation, SampledGraph } from "@scalewise/graph"

/** Settings of sampling under a name. */
export interface NamedSampling {
  readonly name: string
  /** Changes of the model's own settings. */
  readonly sampling: GraphSampling
}

/** One draw of graphs and its scores. */
export interface JudgedRun {
  readonly seed: number
  readonly count: number
  readonly scores: GraphScores
  readonly molecules: MoleculeEvaluation | undefined
  /** Mean network calls of a graph. */
  readonly calls: number
  readonly seconds: number
}

/** All draws with one setting. */
export interface JudgedSetting extends NamedSampling {
  /** As many graphs as are asked for, several seeds. */
  readonly runs: readonly JudgedRun[]
  /** A larger draw, whose distances are less noisy; absent where none was asked for. */
  readonly large: JudgedRun | undefined
  /** Some of the graphs of the first run, for pictures. */
  readonly shown: readonly SampledGraph[]
}

/** Figures of a run by name; null where there is none. */
export const runFigures = ({ scores, calls, seconds, count }: JudgedRun): Record<string, number | null> => ({
  ratio: scores.ratio,
  vun: scores.vun,
  emd: (scores.mmd.emd.degree! + scores.mmd.emd.clustering! + scores.mmd.emd.orbit!) / 3,
  connected: scores.connected,
  unique: scores.unique,
  novel: scores.novel,
  pgd: scores.pgd,
  calls,
  perSecond: count / seconds,
})
