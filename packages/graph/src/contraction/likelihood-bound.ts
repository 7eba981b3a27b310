import { ConfigError, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { edgeCount, type PackedGraph } from "../graph/packed-graph.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import type { CodeDraw, ContractionLaw } from "./contraction-law.ts"
import { contractionProcess } from "./contraction-process.ts"
import { contractionPyramid, type ContractionPyramid } from "./contraction-pyramid.ts"
import { hiddenSites, seedGraph, type GraphInProgress, type Phase } from "./graph-in-progress.ts"
import { levelSizes, type LevelSizes } from "./level-sizes.ts"
import { louvainBlocks } from "./louvain-blocks.ts"

/** Lower bounds of log p(G) of one graph, in nats, and what they are made of. */
export interface GraphLikelihoodBound {
  /** The evidence lower bound: the mean of the log weights. -Infinity where a pyramid has level sizes that no training pyramid has. */
  readonly elbo: number
  /** The importance-weighted bound (Burda et al. 2016): the log of the mean weight. At least `elbo`, and tighter with more pyramids. */
  readonly importanceWeighted: number
  /** Means over the pyramids of what a log weight adds up; a code length where it is negative. */
  readonly parts: {
    /** log p(sizes), over the pyramids that have sizes of a training pyramid; -Infinity where none has. */
    readonly sizes: number
    readonly splits: number
    readonly patterns: number
    readonly attributes: number
    /** -log q(pyramid | G), with the course of its matchings as an auxiliary variable. */
    readonly pyramid: number
    /** -log n!: the names of the nodes. */
    readonly names: number
  }
  /** Bits of splits and patterns for each edge of the graph: what `contextFreeCodes` has without a network. No bound of p(G). */
  readonly codeBitsPerEdge: number
  /** Share of the pyramids whose level sizes no training pyramid has. */
  readonly unknownSizes: number
}

/** Options of `graphLikelihoodBound`. */
export interface GraphLikelihoodOptions {
  readonly config: ContractionConfig
  readonly parameters: Parameters
  /** Sizes of training pyramids: the law of the level sizes. */
  readonly sizes: readonly LevelSizes[]
  readonly random: RandomStream
  /** Pyramids of each graph. @defaultValue 4 */
  readonly pyramids?: number
  /** Pyramids that are evaluated together. @defaultValue 32 */
  readonly batch?: number
}

/**
 * Bounds of log p(G) of labelled graphs (nodes have names) under a contraction model that shows all codes of a step at once, at temperature one. It
 * draws level sizes from the training pyramids, then codes, and names the finished nodes at random; so with `w` over pyramids of G, that is over
 * nested oriented matchings of its named nodes,
 *
 *     p(G) = 1 / n! x sum over w of p(sizes) E_noise[product over levels of p(splits) p(patterns | splits)] p(attributes).
 *
 * The law of an unlabelled graph is n! / |Aut G| times that: add log n! - log |Aut G|, which takes the names out of the bound.
 *
 * Pyramids are drawn from the forward process q. The probability of a random matching has no closed form, that of its course (who chose in which order,
 * and among how many equally liked neighbours) has: the course is an auxiliary variable, and log q(pyramid, course | G) - log r(course |
 * pyramid) stands in the place of log q(pyramid | G) (`RandomMatching.logLaw`), with the same r for all models. The average weight is then at most p(G):
 * less by what r gives to impossible courses, and by pyramids that q never draws (matchings that are not maximal, siblings against their
 * role). This holds for every preference. Blocks are a parameter of q and node noise is drawn from its own law; sizes are drawn among the
 * training pyramids with the same numbers of nodes. More reveal rounds make another model, whose law has no such product: there is no bound of it here.
 *
 * @throws DataError for a graph that is not connected, ConfigError for one of fewer than two nodes or without pyramids
 */
export function graphLikelihoodBound(graphs: readonly PackedGraph[], options: GraphLikelihoodOptions): GraphLikelihoodBound[] {
  const { pyramids = 4, batch = 32, random } = options
  if (!Number.isInteger(pyramids) || pyramids < 1)
    throw new ConfigError(`graphLikelihoodBound: expected at least one pyramid, got ${pyramids}`)
  const small = graphs.find(({ nodes }) => nodes < 2)
  if (small) throw new ConfigError(`graphLikelihoodBound: expected graphs of at least two nodes, got ${small.nodes}`)
  const trials = graphs.flatMap((graph, g) => Array.from({ length: pyramids }, (_, j) => trialOf(graph, random.fold(g).fold(j), options)))
  const nats: CodeNats[] = []
  for (let from = 0; from < trials.length; from += batch) nats.push(...codeNats(trials.slice(from, from + batch), options))
  return graphs.map((graph, g) => {
    const own = trials.slice(g * pyramids, (g + 1) * pyramids).map((trial, j) => ({ ...trial, ...nats[g * pyramids + j]! }))
    return boundOf(graph, own)
  })
}

/** A pyramid of a graph, and sizes with which the model could have made it. */
interface Trial {
  readonly graph: PackedGraph
  readonly pyramid: ContractionPyramid
  readonly used: LevelSizes
  /** log p(sizes) - log q(sizes | pyramid) */
  readonly sizes: number
  readonly random: RandomStream
}

type CodeNats = Record<Exclude<Phase, "finished">, number>

function trialOf(graph: PackedGraph, random: RandomStream, { config, sizes }: GraphLikelihoodOptions): Trial {
  const blocks = config.blocks ? louvainBlocks(graph, random.fold("blocks")) : undefined
  const pyramid = contractionPyramid(graph, random.fold("pyramid"), { preference: config.preference, blocks })
  const own = levelSizes(pyramid, blocks)
  const fitting = sizes.filter((other) => sizesKey(other) === sizesKey(own))
  return {
    graph,
    pyramid,
    used: fitting.length > 0 ? fitting[random.fold("sizes").integers(1, fitting.length)[0]!]! : own,
    sizes: Math.log(fitting.length / sizes.length),
    random: random.fold("noise"),
  }
}

/** Nodes of the levels, and the level at which blocks begin. */
const sizesKey = ({ nodes, blocks }: LevelSizes): string => `${nodes.join()} ${blocks?.findIndex((own) => own !== null) ?? ""}`

/** Log-probabilities of the codes of pyramids: the process is led through them. */
function codeNats(trials: readonly Trial[], { config, parameters, sizes }: GraphLikelihoodOptions): CodeNats[] {
  const sampling = { splitRounds: 1, patterns: { kind: "random", rounds: 1 }, attributes: { kind: "random", rounds: 1 } } as const
  const process = contractionProcess({ config, parameters, sizes, sampling })
  const noise = ({ graph, random }: Trial, step: number): Float32Array => random.fold(step).normalValues([graph.nodes * config.noise])
  const found = trials.map((): CodeNats => ({ splits: 0, patterns: 0, attributes: 0 }))
  let items: readonly GraphInProgress[] = trials.map((trial) => ({ ...seedGraph(trial.used, config), noise: noise(trial, 0) }))
  for (let step = 1; items.some(({ phase }) => phase !== "finished"); step++) {
    const at = Array.from(items.keys()).filter((t) => items[t]!.phase !== "finished")
    const own = at.map((t) => items[t]!)
    const draws = at.map((t): CodeDraw => trueDraw(trials[t]!, items[t]!, noise(trials[t]!, step)))
    const logProbs = tf.tidy(() => (process.predict({ graphs: () => own }, step, {}) as ContractionLaw).logProb(draws).dataSync())
    const next = process.advance({ graphs: () => own }, step, draws).graphs()
    for (const [i, t] of at.entries()) found[t]![own[i]!.phase as keyof CodeNats] += logProbs[i]!
    items = items.map((item, t) => (at.includes(t) ? next[at.indexOf(t)]! : item))
  }
  return found
}

/** What the pyramid has in the place of a draw, all of it shown. */
function trueDraw({ graph, pyramid }: Trial, item: GraphInProgress, noise: Float32Array): CodeDraw {
  const level = pyramid.levels[item.level]
  const codes =
    item.phase === "splits"
      ? level!.splits
      : item.phase === "patterns"
        ? Uint8Array.from(hiddenSites(item), (e) => level!.patterns[e]!)
        : new Uint8Array()
  const { nodes, edges } = item.graph
  return {
    codes,
    ...(item.phase === "attributes" ? labelsOf(graph, pyramid) : { nodeLabels: item.nodeLabels, edgeLabels: item.edgeLabels }),
    coin: new Float32Array(nodes + edges.length / 2),
    priority: new Float64Array(nodes + edges.length / 2),
    noise,
  }
}

/** Labels of a graph in the order of its pyramid's finest graph. */
function labelsOf(graph: PackedGraph, { graph: finest, order }: ContractionPyramid): Pick<CodeDraw, "nodeLabels" | "edgeLabels"> {
  const count = edgeCount(graph)
  const labels = graph.edgeLabels ?? new Uint8Array(count)
  const places = new Map<number, number>()
  for (let e = 0; e < count; e++) places.set(graph.edges[2 * e]! * graph.nodes + graph.edges[2 * e + 1]!, e)
  return {
    nodeLabels: Uint8Array.from(order, (v) => graph.nodeLabels?.[v] ?? 0),
    edgeLabels: Uint8Array.from({ length: count }, (_, e) => {
      const [u, v] = [order[finest.edges[2 * e]!]!, order[finest.edges[2 * e + 1]!]!]
      return labels[places.get(Math.min(u, v) * graph.nodes + Math.max(u, v))!]!
    }),
  }
}

function boundOf(graph: PackedGraph, trials: readonly (Trial & CodeNats)[]): GraphLikelihoodBound {
  const mean = (of: (trial: Trial & CodeNats) => number, over = trials): number => over.reduce((sum, one) => sum + of(one), 0) / over.length
  let names = 0
  for (let n = 2; n <= graph.nodes; n++) names -= Math.log(n)
  const weights = trials.map((t) => t.sizes + t.splits + t.patterns + t.attributes - t.pyramid.logLaw + names)
  const largest = Math.max(...weights)
  const known = trials.filter(({ sizes }) => sizes > -Infinity)
  const codes = mean(({ splits, patterns }) => splits + patterns)
  return {
    elbo: weights.reduce((sum, weight) => sum + weight, 0) / weights.length,
    importanceWeighted:
      largest === -Infinity
        ? largest
        : largest + Math.log(weights.reduce((sum, weight) => sum + Math.exp(weight - largest), 0) / weights.length),
    parts: {
      sizes: known.length > 0 ? mean(({ sizes }) => sizes, known) : -Infinity,
      splits: mean(({ splits }) => splits),
      patterns: mean(({ patterns }) => patterns),
      attributes: mean(({ attributes }) => attributes),
      pyramid: mean(({ pyramid }) => -pyramid.logLaw),
      names,
    },
    codeBitsPerEdge: -codes / Math.LN2 / edgeCount(graph),
    unknownSizes: 1 - known.length / trials.length,
  }
}
