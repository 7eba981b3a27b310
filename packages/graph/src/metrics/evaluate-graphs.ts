import { ConfigError, DataError, randomStream, type RandomStream } from "@scalewise/nn"
import type { AbstractGraph } from "graphology-types"
import { pickedAtRandom } from "../data/picked-at-random.ts"
import { fromGraphology } from "../graph/graphology.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { blockResample, matchedErdosRenyi } from "./graph-baselines.ts"
import { graphDescriptors, type GraphDescriptors } from "./graph-descriptors.ts"
import { graphOrigins, type GraphOrigin } from "./graph-origins.ts"
import { graphValidity, validityRules, type GraphValidity, type ValidityRule } from "./graph-validity.ts"
import type { GraphEvaluation, GraphScores, GraphSetsEvaluation, ValidityShares } from "./graph-evaluation.ts"
import { mmdFloors, mmdRatio, mmdTable, spreadOf, type MmdTable } from "./mmd-table.ts"
import { graphMmd } from "./mmd.ts"
import { polygraphDiscrepancy } from "./polygraph-discrepancy.ts"

/** Graphs to judge: graphology instances, or packed graphs. */
export type GraphSet = readonly PackedGraph[] | readonly AbstractGraph[]

/** Options of `evaluateGraphs`. */
export interface EvaluateGraphsOptions {
  /** Graphs that samples are held against: a test set. */
  readonly reference: GraphSet
  /** What the sampler has learned from: floors, baselines and novelty need it. @defaultValue none */
  readonly train?: GraphSet | undefined
  /** The rule of V.U.N. @defaultValue "connected" */
  readonly validity?: ValidityRule | undefined
  /** Draws of floors, baselines and splits. @defaultValue a fixed stream */
  readonly random?: RandomStream | undefined
  /** Draws behind a floor. @defaultValue 20 */
  readonly floorDraws?: number | undefined
  /** Graphs of a set that enter distances at most; validity and isomorphism always see all samples. @defaultValue 500 */
  readonly compareAtMost?: number | undefined
  /** Called before each stage. */
  readonly onStage?: ((stage: string, done: number, stages: number) => void) | undefined
}

/** Judges one set of generated graphs: `evaluateGraphSets` with a single set. */
export function evaluateGraphs(samples: GraphSet, options: EvaluateGraphsOptions): GraphEvaluation {
  const { scores, ...rest } = evaluateGraphSets([samples], options)
  return { ...scores[0]!, ...rest }
}

/**
 * Judges sets of generated graphs: distances of five statistics under both published conventions, validity, uniqueness and novelty by exact
 * isomorphism, and a discrepancy by classifiers, beside floors of real graphs and naive baselines. Node and edge labels enter
 * isomorphism alone.
 *
 * @throws DataError for a set without graphs, ConfigError for options that cannot be
 */
export function evaluateGraphSets(sets: readonly GraphSet[], options: EvaluateGraphsOptions): GraphSetsEvaluation {
  const { validity = "connected", random = randomStream("evaluate graphs"), floorDraws = 20, compareAtMost = 500, onStage } = options
  const fewest = Math.min(...sets.map((set) => set.length))
  if (!(fewest > 0 && fewest < Infinity && options.reference.length > 0))
    throw new DataError(
      `evaluateGraphs: expected graphs and reference graphs, got ${sets.length > 0 ? fewest : 0} and ${options.reference.length}`,
    )
  if (!validityRules.includes(validity))
    throw new ConfigError(`evaluateGraphs: expected a validity rule (${validityRules.join(", ")}), got "${validity as string}"`)
  if (!(compareAtMost >= 1 && floorDraws >= 1))
    throw new ConfigError(`evaluateGraphs: expected compareAtMost and floorDraws of at least 1, got ${compareAtMost} and ${floorDraws}`)
  const [reference, train, ...samples] = packed(options.reference, options.train ?? [], ...sets) as [
    PackedGraph[],
    PackedGraph[],
    ...PackedGraph[][],
  ]
  const some = (set: PackedGraph[], name: string): PackedGraph[] =>
    set.length <= compareAtMost ? set : pickedAtRandom(set, compareAtMost, random.fold(name))
  const someTrain = some(train, "train")
  const stages = [
    "reference",
    ...(train.length > 0 ? ["training graphs", "floors"] : []),
    "isomorphism",
    "samples",
    ...(train.length > 0 ? ["baselines"] : []),
  ]
  let done = 0
  const begin = (): void => onStage?.(stages[done]!, done++, stages.length)

  begin()
  const target = some(reference, "reference").map(graphDescriptors)
  const tableOf = (set: readonly GraphDescriptors[]): MmdTable<number | null> =>
    mmdTable((name, convention) => graphMmd(set, target, name, convention) ?? null)
  const discrepancy = (set: readonly GraphDescriptors[], stream: RandomStream): number | null =>
    polygraphDiscrepancy(set, target, { random: stream })?.value ?? null

  if (train.length > 0) begin()
  const learned = someTrain.filter(({ nodes }) => nodes > 0).map(graphDescriptors)
  const trainTable = learned.length > 0 ? tableOf(learned) : undefined
  if (train.length > 0) begin()
  const compared = Math.min(samples[0]!.length, compareAtMost)
  const counts = [...new Set([compared, 200])]
  const perfect = trainTable ? mmdFloors(learned, target, trainTable, { counts, draws: floorDraws, random: random.fold("floors") }) : []
  const ownDraws = Array.from({ length: learned.length > 0 ? 5 : 0 }, (_, draw) => {
    const stream = random.fold("pgd floor").fold(draw)
    return discrepancy(pickedAtRandom(learned, compared, stream), stream)
  })

  const naive =
    train.length > 0
      ? [
          matchedErdosRenyi(someTrain, compared, random.fold("Erdos-Renyi")),
          blockResample(someTrain, compared, random.fold("block resample")),
        ]
      : []
  begin()
  const [referenceOrigins, ...origins] = graphOrigins([reference, ...samples, ...naive], train)

  const scoresOf = (set: PackedGraph[], origins: readonly GraphOrigin[], name: string): GraphScores => {
    const judged = set.map(graphValidity)
    const described = some(set, name).map(graphDescriptors)
    const mmd = tableOf(described)
    const known = share(origins, ({ inTrain }) => inTrain)
    return {
      count: set.length,
      mmd,
      ratio: trainTable ? mmdRatio(mmd, trainTable) : null,
      ...validityShares(judged),
      unique: share(origins, ({ repeated }) => !repeated),
      novel: train.length > 0 ? share(origins, ({ inTrain }) => !inTrain) : null,
      vun: train.length > 0 ? share(origins, ({ repeated, inTrain }, i) => judged[i]![validity] && !repeated && !inTrain) : null,
      isomorphicToTrain: train.length > 0 ? known : null,
      pgd: discrepancy(described, random.fold("pgd").fold(name)),
    }
  }

  begin()
  const scores = samples.map((set, i) => scoresOf(set, origins[i]!, i === 0 ? "samples" : `samples ${i}`))
  if (train.length > 0) begin()
  const [erdosRenyi, resampled] = naive.map((set, i) => scoresOf(set, origins[samples.length + i]!, `baseline ${i}`))
  return {
    scores,
    floors: {
      validity,
      compared: { samples: compared, reference: target.length, train: learned.length },
      reference: {
        count: reference.length,
        ...validityShares(reference.map(graphValidity)),
        unique: share(referenceOrigins!, ({ repeated }) => !repeated),
        isomorphicToTrain: train.length > 0 ? share(referenceOrigins!, ({ inTrain }) => inTrain) : null,
      },
      train: trainTable ? { count: train.length, ...validityShares(someTrain.map(graphValidity)), mmd: trainTable } : null,
      perfect,
      pgd: spreadOf(ownDraws.filter((value) => value !== null)),
    },
    baselines: erdosRenyi && resampled ? { erdosRenyi, blockResample: resampled } : null,
  }
}

const share = <Item>(items: readonly Item[], holds: (item: Item, index: number) => boolean): number =>
  items.filter((item, index) => holds(item, index)).length / items.length

const validityShares = (judged: readonly GraphValidity[]): ValidityShares => ({
  connected: share(judged, ({ connected }) => connected),
  planar: share(judged, ({ planar }) => planar),
  tree: share(judged, ({ tree }) => tree),
  sbmValid: share(judged, ({ sbm }) => sbm),
})

/** All sets as packed graphs; graphology instances share one vocabulary. */
function packed(...sets: readonly GraphSet[]): PackedGraph[][] {
  const instances = sets.flatMap((set) => [...set].filter((graph): graph is AbstractGraph => !isPacked(graph)))
  const converted = instances.length > 0 ? fromGraphology(instances).graphs : []
  let next = 0
  return sets.map((set) => [...set].map((graph) => (isPacked(graph) ? graph : converted[next++]!)))
}

const isPacked = (graph: PackedGraph | AbstractGraph): graph is PackedGraph => typeof graph.nodes === "number"
