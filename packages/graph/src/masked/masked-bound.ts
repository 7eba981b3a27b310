import { stateAt, type DiscreteChain } from "@scalewise/core"
import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf } from "../process/graph-categories.ts"
import { sizeLogProb, type SizeLaw } from "../process/size-law.ts"
import { pairBatch, pairTensors } from "../refiner/pair-batch.ts"
import { graphChains, posteriorTable, reverseLogits } from "./graph-chains.ts"
import type { MaskedConfig } from "./masked-config.ts"
import { maskedInput } from "./masked-input.ts"
import { maskedNetwork } from "./masked-network.ts"

/** Options of `maskedBound`. */
export interface MaskedBoundOptions {
  readonly config: MaskedConfig
  /** `masked`; they stay the caller's. */
  readonly parameters: Parameters
  readonly sizes: SizeLaw
  /** K of the sampler whose likelihood is bounded; network evaluations for each graph. */
  readonly steps: number
  readonly random: RandomStream
}

/** An upper bound of -log p(G) for labelled graphs, in nats, one number a graph, and its parts. */
export interface MaskedBound {
  /** Sum of all parts: size, prior and levels. */
  readonly natsBound: Float64Array
  /** -log p(n), exact; infinite for a size that training lacked. */
  readonly size: Float64Array
  /** KL(q(x_K | x_0) || prior); zero where everything is hidden. */
  readonly prior: Float64Array
  /** `terms[t - 1]` is the part of level t. */
  readonly terms: readonly Float64Array[]
  /** The null model beside it: nodes and pairs drawn independently from the shares of the training set, with the size. */
  readonly independentNats: Float64Array
}

/**
 * The variational bound of discrete diffusion (Austin et al. 2021, Eq. 1) over nodes and pairs. Each level's term is an exact divergence given
 * x_t, of which one is drawn for each level and graph, as is the noise of the nodes: an estimate of a bound, without bias. For hiding this is
 * the sum of the hidden sites' cross-entropies, times the share that a level shows of what is hidden.
 *
 * @throws DataError for labels outside the vocabulary
 */
export function maskedBound(graphs: readonly PackedGraph[], { config, parameters, sizes, steps, random }: MaskedBoundOptions): MaskedBound {
  const chains = graphChains(config, steps)
  const network = maskedNetwork(config)
  const truths = graphs.map((graph) => categoriesOf(graph, config.vocabulary))
  const parts = [
    ...(chains.nodes ? [{ name: "nodes" as const, chain: chains.nodes, of: "nodeKinds" as const, shares: config.shares.nodes }] : []),
    { name: "pairs" as const, chain: chains.pairs, of: "pairKinds" as const, shares: config.shares.pairs },
  ]
  const perGraph = (term: (part: (typeof parts)[number], kind: number, graph: number, site: number) => number): Float64Array =>
    Float64Array.from(truths, (truth, graph) => {
      let sum = 0
      for (const part of parts) for (const [site, kind] of truth[part.of].entries()) sum += term(part, kind, graph, site)
      return sum
    })
  const rowOf = ({ products, states }: DiscreteChain, level: number, kind: number): Float64Array =>
    products[level]!.subarray(kind * states, (kind + 1) * states)

  const prior = perGraph(({ chain }, kind) => divergence(rowOf(chain, steps, kind), chain.prior))
  const size = Float64Array.from(truths, ({ nodes }) => -sizeLogProb(sizes, nodes))
  const independent = perGraph(({ shares }, kind) => -Math.log(shares[kind]!))
  const terms: Float64Array[] = []
  for (let level = steps; level >= 1; level--) {
    const stream = random.fold(level)
    const views = truths.map((truth, graph) => {
      const own = stream.fold(graph)
      const view = { ...truth, level: level / steps, noiseValues: own.fold("noise").normalValues([truth.nodes * config.noise]) }
      for (const { name, chain, of } of parts) {
        const uniforms = own.fold(name).uniformValues([truth[of].length])
        view[of] = truth[of].map((kind, site) => stateAt(rowOf(chain, level, kind), uniforms[site]!))
      }
      return view
    })
    const batch = pairBatch(views.map((view) => maskedInput(view, config)))
    const logits = tf.tidy(() => {
      const found = network.apply(parameters["masked"] as Parameters, pairTensors(batch))
      return Object.fromEntries(parts.map(({ name }) => [name, found[name]!.dataSync() as Float32Array]))
    })
    const tables = new Map(parts.map(({ name, chain }) => [name, posteriorTable(chain, level)]))
    terms[level - 1] = perGraph(({ name, chain, of }, kind, graph, site) => {
      const { states, dataStates } = chain
      const [table, xt] = [tables.get(name)!, views[graph]![of][site]!]
      const at = (batch.offsets[name][graph]! + site) * dataStates
      const reverse = new Float64Array(states)
      reverseLogits(chain, table, xt, { logits: logits[name]!, at }, { out: reverse, to: 0 })
      const start = (xt * dataStates + kind) * states
      return divergence(table.subarray(start, start + states), reverse.map(Math.exp))
    })
  }
  return {
    natsBound: size.map((nats, graph) => nats + prior[graph]! + terms.reduce((sum, term) => sum + term[graph]!, 0)),
    size,
    prior,
    terms,
    independentNats: independent.map((nats, graph) => nats + size[graph]!),
  }
}

/** KL(q || p) in nats. */
function divergence(q: Float64Array, p: Float64Array): number {
  let sum = 0
  for (let i = 0; i < q.length; i++) if (q[i]! > 0) sum += q[i]! * Math.log(q[i]! / p[i]!)
  return sum
}
