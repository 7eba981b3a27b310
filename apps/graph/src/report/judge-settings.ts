import {
  evaluateGraphSets,
  evaluateMolecules,
  isMoleculeVocabulary,
  pickedAtRandom,
  samplePackedGraphs,
  type GraphDataset,
  type GraphModel,
  type GraphSetsEvaluation,
  type PackedGraph,
  type SampledGraph,
  type ValidityRule,
} from "@scalewise/graph"
import { randomStream } from "@scalewise/nn"
import type { JudgedRun, JudgedSetting, NamedSampling } from "./judged-setting.ts"

/** Options of `judgeSettings`. */
export interface JudgeSettingsOptions {
  readonly settings: readonly NamedSampling[]
  /** Held against this part of the data. */
  readonly split: "validation" | "test"
  readonly validity: ValidityRule
  /** Graphs of a draw. */
  readonly count: number
  /** Draws with each setting. */
  readonly runs: number
  /** Graphs of one more draw with each setting; 0: none. */
  readonly large: number
  /** Graphs at a time. */
  readonly batch: number
  readonly seed: number
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly clock: () => number
  readonly onProgress: (done: number, total: number, note: string) => void
}

/** Molecules of a part that enter distances of graphs: a hundred thousand would take an hour. */
const moleculesCompared = 1000

interface Draw {
  readonly seed: number
  readonly graphs: readonly SampledGraph[]
  readonly seconds: number
}

/** Draws graphs with every setting and judges all draws together. */
export async function judgeSettings(
  model: GraphModel,
  data: GraphDataset,
  options: JudgeSettingsOptions,
): Promise<{ readonly settings: JudgedSetting[]; readonly evaluation: GraphSetsEvaluation }> {
  const { settings, split, validity, count, runs, large, batch, seed, signal, clock, onProgress } = options
  const sizes = [...Array.from({ length: runs }, () => count), ...(large > 0 ? [large] : [])]
  const total = settings.length * sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  const draws: Draw[][] = []
  for (const { name, sampling } of settings) {
    const own: Draw[] = []
    for (const [run, size] of sizes.entries()) {
      const began = clock()
      const before = done
      const graphs = await samplePackedGraphs(model, {
        count: size,
        seed: seed + run,
        batch,
        sampling,
        signal,
        onProgress: (drawn) => onProgress((done = before + drawn), total, name),
      })
      own.push({ seed: seed + run, graphs, seconds: (clock() - began) / 1000 })
    }
    draws.push(own)
  }
  onProgress(total, total, "judging")
  const reference = data.splits[split]
  const { train } = data.splits
  const all = draws.flat()
  const isChemistry = isMoleculeVocabulary(model.vocabulary)
  // Novelty of molecules is chemistry's to judge, against all of them; what is true of any graphs is compared with some.
  const picks = randomStream(seed).fold("picked")
  const some = (graphs: PackedGraph[]) => (isChemistry ? pickedAtRandom(graphs, moleculesCompared, picks) : graphs)
  const evaluation = evaluateGraphSets(
    all.map(({ graphs }) => graphs.map(({ graph }) => graph)),
    { reference: some(reference), train: some(train), validity, random: randomStream(seed).fold("evaluate") },
  )
  const judged: JudgedRun[] = []
  for (const [i, { seed: own, graphs, seconds }] of all.entries()) {
    const molecules = isChemistry
      ? await evaluateMolecules(
          graphs.map(({ graph }) => graph),
          {
            vocabulary: model.vocabulary,
            train,
            validation: data.splits.validation,
            test: reference,
            random: randomStream(seed).fold("molecules"),
          },
        )
      : undefined
    const calls = graphs.reduce((sum, one) => sum + one.calls, 0) / graphs.length
    judged.push({ seed: own, count: graphs.length, scores: evaluation.scores[i]!, molecules, calls, seconds })
  }
  return {
    evaluation,
    settings: settings.map((setting, s) => {
      const own = judged.slice(s * sizes.length, (s + 1) * sizes.length)
      return { ...setting, runs: own.slice(0, runs), large: own[runs], shown: draws[s]![0]!.graphs.slice(0, 12) }
    }),
  }
}
