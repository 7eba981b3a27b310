import type { RandomStream } from "@scalewise/nn"
import { UndirectedGraph } from "graphology"
import louvainModule from "graphology-communities-louvain"
import type { PackedGraph } from "../graph/packed-graph.ts"

/** Community of each node by Louvain's method (Blondel et al. 2008), with random orders from the stream; numbered from 0. */
export function louvainBlocks({ nodes, edges }: PackedGraph, random: RandomStream): Int32Array {
  const graph = new UndirectedGraph()
  // Inserted in random order, since the method visits nodes as they come.
  for (const v of random.fold("nodes").permutation(nodes)) graph.addNode(v)
  for (const e of random.fold("edges").permutation(edges.length / 2)) graph.addEdge(edges[2 * e], edges[2 * e + 1])
  let draws = 0
  const rng = (): number => random.fold("walk").fold(draws++).uniformValues([1])[0]!
  const communities = louvain(graph, { rng })
  return Int32Array.from({ length: nodes }, (_, v) => communities[v]!)
}

// The typings of the default export are those of a module under "nodenext".
const louvain = louvainModule as unknown as (graph: UndirectedGraph, options: { rng: () => number }) => Record<string, number>
