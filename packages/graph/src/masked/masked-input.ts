import { graphOfCategories, kindsOf, type GraphCategories } from "../process/graph-categories.ts"
import { allPairs, allTriangles } from "../refiner/all-pairs.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { structuralEdgeFeatures, structuralFeatures, structuralNodeFeatures } from "../refiner/structural-features.ts"
import type { MaskedConfig } from "./masked-config.ts"

/** Columns of the features that `maskedInput` makes. */
export function maskedInputWidths({ walks, noise, vocabulary }: MaskedConfig): { nodes: number; pairs: number; globals: number } {
  const kinds = kindsOf(vocabulary)
  return {
    nodes: structuralNodeFeatures(walks) + 1 + (kinds.nodes > 0 ? kinds.nodes + 1 : 0) + noise,
    pairs: structuralEdgeFeatures(walks) + kinds.pairs + 1,
    globals: 6,
  }
}

/** A partly hidden or noised graph. */
export interface MaskedView extends GraphCategories {
  /** Level over levels, in (0, 1]; a network for hidden states does not use it. */
  readonly level: number
  /** [nodes, noise] */
  readonly noiseValues: Float32Array
}

/** All nodes and pairs of a partly hidden or noised graph as the network sees them, with the structure of the edges that are shown. */
export function maskedInput(view: MaskedView, config: MaskedConfig): PairGraph {
  const { nodes: n, nodeKinds, pairKinds, level, noiseValues } = view
  const { walks, vocabulary, noise } = config
  const kinds = kindsOf(vocabulary)
  const widths = maskedInputWidths(config)
  const [pairs, triangles] = [allPairs(n), config.triangles > 0 ? allTriangles(n) : new Int32Array()]
  const shown = graphOfCategories(view, vocabulary, { labels: false })
  const structure = structuralFeatures(shown, walks, pairs)
  const [own, ownPair] = [structuralNodeFeatures(walks), structuralEdgeFeatures(walks)]
  const nodeFeatures = new Float32Array(n * widths.nodes)
  const pairFeatures = new Float32Array((pairs.length / 2) * widths.pairs)
  const hiddenAt = new Float32Array(n)
  let hiddenPairs = 0
  for (const [pair, kind] of pairKinds.entries()) {
    const at = pair * widths.pairs
    pairFeatures.set(structure.edges.subarray(pair * ownPair, (pair + 1) * ownPair), at)
    pairFeatures[at + ownPair + kind] = 1
    if (kind < kinds.pairs) continue
    hiddenPairs++
    hiddenAt[pairs[2 * pair]!]! += 1 / (n - 1)
    hiddenAt[pairs[2 * pair + 1]!]! += 1 / (n - 1)
  }
  let hiddenNodes = 0
  for (let v = 0; v < n; v++) {
    const at = v * widths.nodes
    nodeFeatures.set(structure.nodes.subarray(v * own, (v + 1) * own), at)
    nodeFeatures[at + own] = hiddenAt[v]!
    if (kinds.nodes > 0) {
      nodeFeatures[at + own + 1 + nodeKinds[v]!] = 1
      if (nodeKinds[v] === kinds.nodes) hiddenNodes++
    }
    nodeFeatures.set(noiseValues.subarray(v * noise, (v + 1) * noise), at + widths.nodes - noise)
  }
  const edges = shown.edges.length / 2
  const known = pairKinds.length - hiddenPairs
  return {
    nodes: n,
    pairs,
    triangles,
    widths,
    nodeFeatures,
    pairFeatures,
    globals: Float32Array.of(
      Math.log(n),
      config.noising === "marginal" ? level : 0,
      hiddenNodes / n,
      hiddenPairs / pairKinds.length,
      Math.log1p(edges),
      edges / (known + 1), // density of what is known
    ),
  }
}
