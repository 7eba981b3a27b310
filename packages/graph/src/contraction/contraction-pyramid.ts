import { DataError, type RandomStream } from "@scalewise/nn"
import { degreesOf, isConnected, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { childPairs, joinedPairs } from "./child-pairs.ts"
import { randomMatching, type MatchingPreference } from "./matching.ts"

/** One step of refinement: a graph, and the codes that make the next one of it. */
export interface ContractionLevel {
  readonly graph: PackedGraph
  /** Per node: 1 where it becomes two adjacent nodes. */
  readonly splits: Uint8Array
  /** Per edge: which pairs of children are joined, see `childPairs`; never 0. */
  readonly patterns: Uint8Array
  /** Block of each node; absent without blocks, and where nodes of several blocks are merged. */
  readonly blocks?: Int32Array | undefined
}

/** A graph as lossless residual codes over ever coarser graphs: a discrete Laplacian pyramid (Eqs. 7-9). */
export interface ContractionPyramid {
  /** Coarse to fine; the first graph is a single node. */
  readonly levels: readonly ContractionLevel[]
  /** The finest graph, without labels; its nodes are numbered by ancestry. */
  readonly graph: PackedGraph
  /** Node of the input for each node of `graph`. */
  readonly order: Int32Array
  /** log q of the pyramid given the graph, as `RandomMatching.logLaw` has it: its average is at least the true one. Blocks are given. */
  readonly logLaw: number
}

/** Options of `contractionPyramid`. */
export interface ContractionOptions {
  /** Whom a node is merged with. @defaultValue "low-degree" */
  readonly preference?: MatchingPreference
  /** A class for each node: nodes are merged within their class until every class is one node. @defaultValue none */
  readonly blocks?: ArrayLike<number> | undefined
}

/**
 * Contracts random maximal matchings until one node is left. Of two siblings the one with more neighbours in the finer graph is the
 * first (ties at random), so that codes are an equivariant function of the graph and of noise that belongs to its nodes.
 *
 * @throws DataError for a graph that is not connected, or a block that is not
 */
export function contractionPyramid(
  graph: PackedGraph,
  random: RandomStream,
  { preference, blocks }: ContractionOptions = {},
): ContractionPyramid {
  if (!isConnected(graph))
    throw new DataError(
      "contractionPyramid: expected a connected graph, got one of several parts; keep the largest part of each graph (--largest-component)",
    )
  // Fine to coarse: the members of every coarse node, in the numbering of the level below.
  const down: { readonly graph: PackedGraph; readonly members: readonly (readonly number[])[]; readonly blocks: Int32Array | undefined }[] =
    []
  let current: PackedGraph = { nodes: graph.nodes, edges: graph.edges }
  let classes: Int32Array | undefined = blocks && Int32Array.from(blocks)
  let logLaw = 0
  for (let depth = 0; current.nodes > 1; depth++) {
    const stream = random.fold(depth)
    // Blocks stay apart until every one of them is a single node.
    const apart = classes && new Set(classes).size < current.nodes ? classes : undefined
    const matching = randomMatching(current, stream, { ...(preference && { preference }), classes: apart })
    const { partner } = matching
    logLaw += matching.logLaw
    const degrees = degreesOf(current)
    const coin = stream.fold("roles").uniformValues([current.nodes])
    const isFirst = (v: number, w: number): boolean =>
      degrees[v]! > degrees[w]! || (degrees[v] === degrees[w] && (coin[v]! > coin[w]! || (coin[v] === coin[w] && v < w)))
    const members: number[][] = []
    for (let v = 0; v < current.nodes; v++) {
      const w = partner[v]!
      if (w === v) members.push([v])
      else if (isFirst(v, w)) {
        members.push([v, w])
        if (degrees[v] === degrees[w]) logLaw -= Math.LN2
      }
    }
    if (members.length === current.nodes)
      throw new DataError(
        "contractionPyramid: expected the nodes of every block to be connected inside it, got a block in parts; make each part a block",
      )
    down.push({ graph: current, members, blocks: classes })
    classes = apart && Int32Array.from(members, ([v]) => apart[v!]!)
    current = contracted(current, members)
  }

  // Coarse to fine: number every level by ancestry and read off its codes.
  const levels: ContractionLevel[] = []
  let coarse = current
  let coarseBlocks: Int32Array | undefined = classes
  let order = Int32Array.from([0]) // node of the level's own numbering for each node numbered by ancestry
  for (const { graph: fine, members, blocks: fineBlocks } of down.toReversed()) {
    const splits = Uint8Array.from(order, (v) => members[v]!.length - 1)
    const childOrder = Int32Array.from(Array.from(order).flatMap((v) => members[v]!))
    const rank = new Int32Array(fine.nodes)
    for (const [position, v] of childOrder.entries()) rank[v] = position
    const next = packedGraph(
      fine.nodes,
      fine.edges.map((end) => rank[end]!),
    )
    levels.push({
      graph: coarse,
      splits,
      patterns: patternsOf(coarse, splits, next),
      ...(coarseBlocks && { blocks: Int32Array.from(order, (v) => coarseBlocks![v]!) }),
    })
    coarse = next
    coarseBlocks = fineBlocks
    order = childOrder
  }
  return { levels, graph: coarse, order, logLaw }
}

/** The graph of merged nodes: joined where any of their members are. */
function contracted(graph: PackedGraph, members: readonly (readonly number[])[]): PackedGraph {
  const group = new Int32Array(graph.nodes)
  for (const [g, nodes] of members.entries()) for (const v of nodes) group[v] = g
  const joined = new Set<number>()
  for (let e = 0; e < graph.edges.length; e += 2) {
    const [u, v] = [group[graph.edges[e]!]!, group[graph.edges[e + 1]!]!]
    if (u !== v) joined.add(Math.min(u, v) * members.length + Math.max(u, v))
  }
  return packedGraph(
    members.length,
    Array.from(joined).flatMap((key) => [Math.floor(key / members.length), key % members.length]),
  )
}

/** The pattern of each coarse edge, read off the finer graph. */
function patternsOf(coarse: PackedGraph, splits: Uint8Array, fine: PackedGraph): Uint8Array {
  const { slots, pairs } = childPairs(coarse, splits)
  const edges = new Set<number>()
  for (let e = 0; e < fine.edges.length; e += 2) edges.add(fine.edges[e]! * fine.nodes + fine.edges[e + 1]!)
  const patterns = new Uint8Array(coarse.edges.length / 2)
  for (const [slot, pair] of slots.entries())
    if (pair >= 0 && edges.has(pairs[2 * pair]! * fine.nodes + pairs[2 * pair + 1]!)) patterns[slot >> 2]! |= 1 << (slot & 3)
  return patterns
}

/** The next finer graph: the inverse of one contraction. */
export function expanded({ graph, splits, patterns }: ContractionLevel): PackedGraph {
  const candidates = childPairs(graph, splits)
  return packedGraph(candidates.nodes, joinedPairs(candidates, patterns))
}
