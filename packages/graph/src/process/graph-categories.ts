import { DataError } from "@scalewise/nn"
import { allPairs, pairNumber } from "../refiner/all-pairs.ts"
import { packedGraph, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"

/** A graph as one category for each node and each pair of nodes. */
export interface GraphCategories {
  readonly nodes: number
  /** Category of each node; zeros where nodes carry none. */
  readonly nodeKinds: Uint8Array
  /** Category of each pair in `allPairs` order: 0 where there is no edge, else 1 + the edge's label. */
  readonly pairKinds: Uint8Array
}

/** How many categories nodes (0: no attribute) and pairs have. */
export const kindsOf = ({ nodes, edges }: GraphVocabulary): { readonly nodes: number; readonly pairs: number } => ({
  nodes: nodes.length,
  pairs: 1 + Math.max(1, edges.length),
})

/**
 * Categories of a graph's nodes and pairs.
 *
 * @throws DataError for labels outside the vocabulary
 */
export function categoriesOf({ nodes, edges, nodeLabels, edgeLabels }: PackedGraph, vocabulary: GraphVocabulary): GraphCategories {
  const kinds = kindsOf(vocabulary)
  const pairKinds = new Uint8Array((nodes * (nodes - 1)) / 2)
  for (let e = 0; e < edges.length / 2; e++)
    pairKinds[pairNumber(nodes, edges[2 * e]!, edges[2 * e + 1]!)] = 1 + (vocabulary.edges.length > 0 ? (edgeLabels?.[e] ?? 0) : 0)
  const nodeKinds = Uint8Array.from({ length: nodes }, (_, v) => (kinds.nodes > 0 ? (nodeLabels?.[v] ?? 0) : 0))
  if (pairKinds.some((kind) => kind >= kinds.pairs) || (kinds.nodes > 0 && nodeKinds.some((kind) => kind >= kinds.nodes)))
    throw new DataError(
      `categories: expected labels below ${kinds.nodes} for nodes and ${kinds.pairs - 1} for edges, got others; use the vocabulary of the file`,
    )
  return { nodes, nodeKinds, pairKinds }
}

/** The graph of some categories; the inverse of `categoriesOf`. Pairs of a category beyond the vocabulary (a mask) are no edges. */
export function graphOfCategories(
  { nodes, nodeKinds, pairKinds }: GraphCategories,
  vocabulary: GraphVocabulary,
  { labels = true }: { readonly labels?: boolean } = {},
): PackedGraph {
  const kinds = kindsOf(vocabulary)
  const pairs = allPairs(nodes)
  const [edges, edgeLabels]: [number[], number[]] = [[], []]
  for (const [pair, kind] of pairKinds.entries())
    if (kind > 0 && kind < kinds.pairs) {
      edges.push(pairs[2 * pair]!, pairs[2 * pair + 1]!)
      edgeLabels.push(kind - 1)
    }
  return packedGraph(nodes, edges, {
    ...(labels && vocabulary.nodes.length > 0 && { nodeLabels: nodeKinds }),
    ...(labels && vocabulary.edges.length > 0 && { edgeLabels }),
  })
}

/** Shares of the categories of nodes and of pairs in a set of graphs. */
export function categoryShares(
  graphs: readonly GraphCategories[],
  vocabulary: GraphVocabulary,
): { readonly nodes: number[]; readonly pairs: number[] } {
  const kinds = kindsOf(vocabulary)
  const shares = (count: number, of: (graph: GraphCategories) => Uint8Array): number[] => {
    const counts = Array.from({ length: count }, () => 0)
    for (const graph of graphs) for (const kind of of(graph)) counts[kind]! += 1
    const total = counts.reduce((sum, value) => sum + value, 0)
    return counts.map((value) => value / total)
  }
  return {
    nodes: kinds.nodes > 0 ? shares(kinds.nodes, ({ nodeKinds }) => nodeKinds) : [],
    pairs: shares(kinds.pairs, ({ pairKinds }) => pairKinds),
  }
}
