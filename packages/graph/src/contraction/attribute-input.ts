import type { PackedGraph } from "../graph/packed-graph.ts"
import { trianglesOf, type PairGraph } from "../refiner/pair-graph.ts"
import { structuralEdgeFeatures, structuralNodeFeatures, type StructuralFeatures } from "../refiner/structural-features.ts"
import type { ContractionConfig } from "./contraction-config.ts"

/** Columns of the features that `attributeInput` makes. */
export const attributeInputWidths = ({
  walks,
  noise,
  vocabulary,
}: ContractionConfig): { nodes: number; pairs: number; globals: number } => ({
  nodes: structuralNodeFeatures(walks) + vocabulary.nodes.length + 1 + noise,
  pairs: structuralEdgeFeatures(walks) + vocabulary.edges.length + 1,
  globals: 4,
})

/** A finished skeleton as the network sees it that names its nodes and edges. */
export interface AttributeInput {
  readonly graph: PackedGraph
  readonly structure: StructuralFeatures
  /** Category of each node; the number of categories where it is hidden. */
  readonly nodeLabels: Uint8Array
  /** Category of each edge; the number of categories where it is hidden. */
  readonly edgeLabels: Uint8Array
  /** [nodes, noise] */
  readonly noise: Float32Array
}

/** Features of a skeleton's nodes and edges for the attribute network. */
export function attributeInput({ graph, structure, nodeLabels, edgeLabels, noise }: AttributeInput, config: ContractionConfig): PairGraph {
  const { vocabulary, walks } = config
  const widths = attributeInputWidths(config)
  const count = graph.edges.length / 2
  const [own, ownEdge] = [structuralNodeFeatures(walks), structuralEdgeFeatures(walks)]
  const nodeFeatures = new Float32Array(graph.nodes * widths.nodes)
  const pairFeatures = new Float32Array(count * widths.pairs)
  let hidden = 0
  for (let v = 0; v < graph.nodes; v++) {
    const at = v * widths.nodes
    nodeFeatures.set(structure.nodes.subarray(v * own, (v + 1) * own), at)
    nodeFeatures[at + own + nodeLabels[v]!] = 1
    if (nodeLabels[v] === vocabulary.nodes.length) hidden++
    nodeFeatures.set(noise.subarray(v * config.noise, (v + 1) * config.noise), at + own + vocabulary.nodes.length + 1)
  }
  for (let e = 0; e < count; e++) {
    const at = e * widths.pairs
    pairFeatures.set(structure.edges.subarray(e * ownEdge, (e + 1) * ownEdge), at)
    pairFeatures[at + ownEdge + edgeLabels[e]!] = 1
    if (edgeLabels[e] === vocabulary.edges.length) hidden++
  }
  return {
    nodes: graph.nodes,
    pairs: graph.edges,
    triangles: config.triangles > 0 ? trianglesOf(graph.nodes, graph.edges) : new Int32Array(),
    widths,
    nodeFeatures,
    pairFeatures,
    globals: Float32Array.of(Math.log(graph.nodes), Math.log1p(count), count - graph.nodes + 1, hidden / (graph.nodes + count)),
  }
}
