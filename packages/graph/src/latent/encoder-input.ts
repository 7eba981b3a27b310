import { kindsOf, categoriesOf } from "../process/graph-categories.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { allPairs, allTriangles } from "../refiner/all-pairs.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { structuralEdgeFeatures, structuralFeatures, structuralNodeFeatures } from "../refiner/structural-features.ts"
import type { LatentConfig } from "./latent-config.ts"
import { encoderWidths } from "./latent-network.ts"

/**
 * All nodes and pairs of a graph as the encoder sees them: categories, structure, and noise [nodes, noise].
 *
 * @throws DataError for labels outside the vocabulary
 */
export function encoderInput(graph: PackedGraph, noise: Float32Array, config: LatentConfig): PairGraph {
  const kinds = kindsOf(config.vocabulary)
  const { nodes: n, nodeKinds, pairKinds } = categoriesOf(graph, config.vocabulary)
  const widths = encoderWidths(config)
  const pairs = allPairs(n)
  const structure = structuralFeatures(graph, config.walks, pairs)
  const [own, ownPair] = [structuralNodeFeatures(config.walks), structuralEdgeFeatures(config.walks)]
  const nodeFeatures = new Float32Array(n * widths.nodes)
  const pairFeatures = new Float32Array(pairKinds.length * widths.pairs)
  for (let v = 0; v < n; v++) {
    const at = v * widths.nodes
    nodeFeatures.set(structure.nodes.subarray(v * own, (v + 1) * own), at)
    if (kinds.nodes > 0) nodeFeatures[at + own + nodeKinds[v]!] = 1
    nodeFeatures.set(noise.subarray(v * config.noise, (v + 1) * config.noise), at + widths.nodes - config.noise)
  }
  for (const [pair, kind] of pairKinds.entries()) {
    const at = pair * widths.pairs
    pairFeatures.set(structure.edges.subarray(pair * ownPair, (pair + 1) * ownPair), at)
    pairFeatures[at + ownPair + kind] = 1
  }
  return {
    nodes: n,
    pairs,
    triangles: config.triangles > 0 ? allTriangles(n) : new Int32Array(),
    widths,
    nodeFeatures,
    pairFeatures,
    globals: Float32Array.of(Math.log(n), Math.log1p(graph.edges.length / 2)),
  }
}
