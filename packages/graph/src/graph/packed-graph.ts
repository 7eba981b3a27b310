import { DataError } from "@scalewise/nn"

/**
 * An undirected simple graph in typed arrays: what processes, networks and metrics work on. Its nodes are 0 .. nodes - 1, in an
 * order that means nothing.
 */
export interface PackedGraph {
  readonly nodes: number
  /** u0, v0, u1, v1, ...: every edge once, smaller end first. */
  readonly edges: Int32Array
  /** Category of each node, an index into the data set's vocabulary. Absent where nodes carry none. */
  readonly nodeLabels?: Uint8Array
  /** Category of each edge, in the order of `edges`. Absent where edges carry none. */
  readonly edgeLabels?: Uint8Array
}

/** What labels stand for. An empty list: no attribute. */
export interface GraphVocabulary {
  readonly nodes: readonly string[]
  readonly edges: readonly string[]
}

/** Labels of a graph that is made from pairs. */
export interface PackedGraphLabels {
  readonly nodeLabels?: ArrayLike<number>
  /** In the order of the pairs. */
  readonly edgeLabels?: ArrayLike<number>
}

/**
 * A graph from a flat list of pairs in any order, either end first; edges come out sorted.
 *
 * @throws DataError at a pair that leaves the nodes, a self-loop, or a pair that comes twice
 */
export function packedGraph(nodes: number, pairs: ArrayLike<number>, { nodeLabels, edgeLabels }: PackedGraphLabels = {}): PackedGraph {
  const count = pairs.length / 2
  if (!Number.isInteger(nodes) || nodes < 0 || !Number.isInteger(count))
    throw new DataError(`packedGraph: expected a count of nodes and pairs of them, got ${nodes} nodes and ${pairs.length} ends`)
  if ((nodeLabels && nodeLabels.length !== nodes) || (edgeLabels && edgeLabels.length !== count))
    throw new DataError(
      `packedGraph: expected one label for each of ${nodes} nodes and ${count} edges, got ${nodeLabels?.length ?? "none"} and ${edgeLabels?.length ?? "none"}`,
    )
  const keys = Float64Array.from({ length: count }, (_, e) => {
    const [u, v] = [pairs[2 * e]!, pairs[2 * e + 1]!]
    if (!(u >= 0 && v >= 0 && u < nodes && v < nodes))
      throw new DataError(`packedGraph: expected edges between the nodes 0 to ${nodes - 1}, got ${u}-${v}`)
    if (u === v) throw new DataError(`packedGraph: expected no self-loops, got ${u}-${v}; remove it`)
    return Math.min(u, v) * nodes + Math.max(u, v)
  })
  const order = Uint32Array.from(keys, (_, e) => e).sort((a, b) => keys[a]! - keys[b]!)
  const edges = new Int32Array(2 * count)
  for (const [i, e] of order.entries()) {
    const key = keys[e]!
    if (i > 0 && key === keys[order[i - 1]!]!)
      throw new DataError(`packedGraph: expected every edge once, got ${Math.floor(key / nodes)}-${key % nodes} twice`)
    edges[2 * i] = Math.floor(key / nodes)
    edges[2 * i + 1] = key % nodes
  }
  return {
    nodes,
    edges,
    ...(nodeLabels && { nodeLabels: Uint8Array.from(nodeLabels) }),
    ...(edgeLabels && { edgeLabels: Uint8Array.from(order, (e) => edgeLabels[e]!) }),
  }
}

/** Number of edges. */
export const edgeCount = (graph: PackedGraph): number => graph.edges.length / 2

/** Neighbours in compressed rows: those of node v are `neighbours[offsets[v] .. offsets[v + 1])`, ascending. */
export interface Adjacency {
  readonly offsets: Int32Array
  readonly neighbours: Int32Array
  /** Edge of the graph that each entry of `neighbours` stands for. */
  readonly edgeOf: Int32Array
}

/** Rows of neighbours of a graph; linear in its size. */
export function adjacencyOf({ nodes, edges }: Pick<PackedGraph, "nodes" | "edges">): Adjacency {
  const offsets = new Int32Array(nodes + 1)
  for (const end of edges) offsets[end + 1]!++
  for (let v = 0; v < nodes; v++) offsets[v + 1]! += offsets[v]!
  const next = offsets.slice(0, nodes)
  const neighbours = new Int32Array(edges.length)
  const edgeOf = new Int32Array(edges.length)
  const put = (at: number, neighbour: number, edge: number): void => {
    const slot = next[at]!++
    neighbours[slot] = neighbour
    edgeOf[slot] = edge
  }
  // With the edges sorted, smaller neighbours of every node come before larger ones when both passes are made in this order.
  for (let e = 0; e < edges.length / 2; e++) put(edges[2 * e + 1]!, edges[2 * e]!, e)
  for (let e = 0; e < edges.length / 2; e++) put(edges[2 * e]!, edges[2 * e + 1]!, e)
  return { offsets, neighbours, edgeOf }
}

/** Degree of every node. */
export function degreesOf({ nodes, edges }: Pick<PackedGraph, "nodes" | "edges">): Int32Array {
  const degrees = new Int32Array(nodes)
  for (const end of edges) degrees[end]!++
  return degrees
}

/** The graph with node v renamed to `order[v]`; labels travel along. */
export function relabelled(graph: PackedGraph, order: ArrayLike<number>): PackedGraph {
  const nodeLabels = graph.nodeLabels && new Uint8Array(graph.nodes)
  if (nodeLabels) for (let v = 0; v < graph.nodes; v++) nodeLabels[order[v]!] = graph.nodeLabels[v]!
  return packedGraph(
    graph.nodes,
    graph.edges.map((end) => order[end]!),
    { ...(nodeLabels && { nodeLabels }), ...(graph.edgeLabels && { edgeLabels: graph.edgeLabels }) },
  )
}

/** Component of every node (numbered by first node), and how many there are. */
export function componentsOf(graph: PackedGraph): { readonly component: Int32Array; readonly count: number } {
  const { offsets, neighbours } = adjacencyOf(graph)
  const component = new Int32Array(graph.nodes).fill(-1)
  let count = 0
  for (let root = 0; root < graph.nodes; root++) {
    if (component[root]! >= 0) continue
    component[root] = count
    const stack = [root]
    for (let v = stack.pop(); v !== undefined; v = stack.pop())
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const w = neighbours[i]!
        if (component[w]! >= 0) continue
        component[w] = count
        stack.push(w)
      }
    count++
  }
  return { component, count }
}

/** Whether there is one component; a graph without nodes has none. */
export const isConnected = (graph: PackedGraph): boolean => componentsOf(graph).count === 1

/** How many nodes are neighbours of both. */
export function commonNeighbours({ offsets, neighbours }: Adjacency, v: number, w: number): number {
  let count = 0
  let [i, j] = [offsets[v]!, offsets[w]!]
  while (i < offsets[v + 1]! && j < offsets[w + 1]!) {
    const difference = neighbours[i]! - neighbours[j]!
    if (difference === 0) count++
    if (difference <= 0) i++
    if (difference >= 0) j++
  }
  return count
}
