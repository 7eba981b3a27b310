import type { RandomStream } from "@scalewise/nn"
import { UndirectedGraph } from "graphology"
import louvainModule from "graphology-communities-louvain"
import { componentsOf, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"

/** Community of each node by Louvain's method (Blondel et al. 2008), with random orders from the stream; numbered from 0. */
export function louvainBlocks({ nodes, edges }: PackedGraph, random: RandomStream): Int32Array {
  const graph = new UndirectedGraph()
  // Inserted in random order, since the method visits nodes as they come.
  for (const v of random.fold("nodes").permutation(nodes)) graph.addNode(v)
  for (const e of random.fold("edges").permutation(edges.length / 2)) graph.addEdge(edges[2 * e], edges[2 * e + 1])
  let draws = 0
  const rng = (): number => random.fold("walk").fold(draws++).uniformValues([1])[0]!
  const communities = louvain(graph, { rng })
  return connectedBlocks(
    { nodes, edges },
    Int32Array.from({ length: nodes }, (_, v) => communities[v]!),
  )
}

/** Blocks whose unconnected parts are blocks of their own, as a contraction needs them; Louvain's method may leave some (Traag et al. 2019). */
export function connectedBlocks({ nodes, edges }: PackedGraph, blocks: ArrayLike<number>): Int32Array {
  const inside: number[] = []
  for (let e = 0; e < edges.length; e += 2) if (blocks[edges[e]!] === blocks[edges[e + 1]!]) inside.push(edges[e]!, edges[e + 1]!)
  return componentsOf(packedGraph(nodes, inside)).component
}

// The typings of the default export are those of a module under "nodenext".
const louvain = louvainModule as unknown as (graph: UndirectedGraph, options: { rng: () => number }) => Record<string, number>
