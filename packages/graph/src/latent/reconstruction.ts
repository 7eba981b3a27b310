import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf, graphOfCategories } from "../process/graph-categories.ts"
import type { CategoryLogits } from "../refiner/category-network.ts"
import { autoencoder } from "./autoencoder.ts"
import { autoencoderTensors } from "./autoencoder-loss.ts"
import type { LatentConfig } from "./latent-config.ts"

/** How well codes give graphs back. */
export interface ReconstructionReport {
  /** Share of graphs that come back whole: every node, every pair. */
  readonly graphs: number
  /** The same without the codes of the pairs. */
  readonly withoutPairCodes: number
  /** Shares of nodes and pairs that come back; 1 where nodes have no attribute. */
  readonly nodes: number
  readonly pairs: number
  /** exp(entropy) of the codes of each scale over these graphs, the pairs' last. */
  readonly perplexity: readonly number[]
}

/** Encodes graphs with fresh noise, decodes their codes, and compares. `batch` graphs at a time. */
export function reconstructionReport(
  config: LatentConfig,
  parameters: Parameters,
  graphs: readonly PackedGraph[],
  { random, batch = 100 }: { readonly random: RandomStream; readonly batch?: number },
): ReconstructionReport {
  const model = autoencoder(config)
  const counts: Map<number, number>[] = []
  const right = { graphs: 0, withoutPairCodes: 0, nodes: 0, pairs: 0 }
  const all = { nodes: 0, pairs: 0 }
  for (let from = 0; from < graphs.length; from += batch) {
    const some = graphs.slice(from, from + batch)
    const noise = some.map((graph, b) => random.fold(from + b).normalValues([graph.nodes * config.noise]))
    tf.tidy(() => {
      const { tensors } = autoencoderTensors(some, noise, config)
      const codes = model.code(parameters, tensors)
      const ids = [...codes.bands.map(({ tokens }) => tokens), ...(codes.pairs ? [codes.pairs.tokens] : [])]
      for (const [scale, tokens] of ids.entries()) {
        const own = (counts[scale] ??= new Map())
        for (const id of tokens.dataSync()) own.set(id, (own.get(id) ?? 0) + 1)
      }
      const sizes = some.map(({ nodes }) => nodes)
      const decoded = decodedCategories(model.decodePassed(parameters, tensors, codes), sizes)
      const fromNodes = decodedCategories(model.decodeNodes(parameters, tensors, codes), sizes)
      for (const [b, graph] of some.entries()) {
        const truth = categoriesOf(graph, config.vocabulary)
        const nodes = sameCount(truth.nodeKinds, decoded[b]!.nodeKinds)
        const pairs = sameCount(truth.pairKinds, decoded[b]!.pairKinds)
        const others = fromNodes[b]!
        if (
          sameCount(truth.nodeKinds, others.nodeKinds) + sameCount(truth.pairKinds, others.pairKinds) ===
          truth.nodes + truth.pairKinds.length
        )
          right.withoutPairCodes++
        right.nodes += nodes
        right.pairs += pairs
        all.nodes += truth.nodeKinds.length
        all.pairs += truth.pairKinds.length
        if (nodes === truth.nodeKinds.length && pairs === truth.pairKinds.length) right.graphs++
      }
    })
  }
  return {
    graphs: right.graphs / graphs.length,
    withoutPairCodes: right.withoutPairCodes / graphs.length,
    nodes: right.nodes / all.nodes,
    pairs: right.pairs / all.pairs,
    perplexity: counts.map(perplexityOf),
  }
}

/** Likeliest category of every node and pair, for each graph of a batch. */
export function decodedCategories(
  { nodes, pairs }: CategoryLogits,
  sizes: readonly number[],
): { readonly nodes: number; readonly nodeKinds: Uint8Array; readonly pairKinds: Uint8Array }[] {
  const likeliest = (logits: tf.Tensor): Int32Array => logits.argMax(-1).dataSync() as Int32Array
  const [nodeIds, pairIds] = [nodes && likeliest(nodes), likeliest(pairs!)]
  let [node, pair] = [0, 0]
  return sizes.map((n) => {
    const count = (n * (n - 1)) / 2
    const found = {
      nodes: n,
      nodeKinds: nodeIds ? Uint8Array.from(nodeIds.subarray(node, node + n)) : new Uint8Array(n),
      pairKinds: Uint8Array.from(pairIds.subarray(pair, pair + count)),
    }
    node += n
    pair += count
    return found
  })
}

/** The graphs of a decoder's logits. */
export const decodedGraphs = (logits: CategoryLogits, sizes: readonly number[], { vocabulary }: LatentConfig): PackedGraph[] =>
  decodedCategories(logits, sizes).map((categories) => graphOfCategories(categories, vocabulary))

const sameCount = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, value, i) => sum + (value === b[i] ? 1 : 0), 0)

function perplexityOf(counts: ReadonlyMap<number, number>): number {
  const total = Array.from(counts.values()).reduce((sum, count) => sum + count, 0)
  return Math.exp(Array.from(counts.values()).reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0))
}
