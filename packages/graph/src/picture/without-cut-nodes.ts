import { adjacencyOf, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"

/**
 * The graph with edges added until it is connected and no node cuts it; labels are left out. A planar graph stays planar: an edge joins
 * neighbours of a cut node in two blocks, or two components.
 */
export function withoutCutNodes(graph: PackedGraph): PackedGraph {
  const joined = connected(graph)
  const { offsets, neighbours, edgeOf } = adjacencyOf(joined)
  const block = blocksOf(joined)
  const pairs = [...joined.edges]
  for (let v = 0; v < joined.nodes; v++) {
    const firstOf = new Map<number, number>()
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const own = block[edgeOf[i]!]!
      if (!firstOf.has(own)) firstOf.set(own, neighbours[i]!)
    }
    const ends = [...firstOf.values()]
    for (let i = 1; i < ends.length; i++) pairs.push(ends[i - 1]!, ends[i]!)
  }
  return packedGraph(joined.nodes, pairs)
}

/** The first nodes of all components in a chain. */
function connected(graph: PackedGraph): PackedGraph {
  const { offsets, neighbours } = adjacencyOf(graph)
  const seen = new Set<number>()
  const firsts: number[] = []
  for (let root = 0; root < graph.nodes; root++) {
    if (seen.has(root)) continue
    firsts.push(root)
    const part = new Set([root])
    for (const v of part) {
      seen.add(v)
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) part.add(neighbours[i]!)
    }
  }
  return packedGraph(graph.nodes, [...graph.edges, ...firsts.slice(1).flatMap((v, i) => [firsts[i]!, v])])
}

/** Block (maximal part without cut nodes) of every edge of a connected graph: Hopcroft and Tarjan 1973, without recursion. */
function blocksOf(graph: PackedGraph): Int32Array {
  const { offsets, neighbours, edgeOf } = adjacencyOf(graph)
  const block = new Int32Array(graph.edges.length / 2).fill(-1)
  const depth = new Int32Array(graph.nodes).fill(-1)
  const low = new Int32Array(graph.nodes)
  const next = offsets.slice(0, graph.nodes)
  const open: number[] = [] // edges whose block is not known yet
  let blocks = 0
  const path: { readonly node: number; readonly by: number }[] = [{ node: 0, by: -1 }]
  depth[0] = 0
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const v = top.node
    if (next[v]! < offsets[v + 1]!) {
      const i = next[v]!++
      const [w, e] = [neighbours[i]!, edgeOf[i]!]
      if (e === top.by || depth[w]! > depth[v]!) continue
      open.push(e)
      if (depth[w]! >= 0) low[v] = Math.min(low[v]!, depth[w]!)
      else {
        depth[w] = low[w] = depth[v]! + 1
        path.push({ node: w, by: e })
      }
      continue
    }
    path.pop()
    const parent = path.at(-1)?.node
    if (parent === undefined) break
    low[parent] = Math.min(low[parent]!, low[v]!)
    if (low[v]! < depth[parent]!) continue
    for (let e = open.pop(); e !== undefined; e = open.pop()) {
      block[e] = blocks
      if (e === top.by) break
    }
    blocks++
  }
  return block
}
