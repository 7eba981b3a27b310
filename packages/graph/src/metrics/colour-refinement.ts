import { adjacencyOf, type PackedGraph } from "../graph/packed-graph.ts"

/** Nodes in cells: two nodes of one colour have not been told apart yet. Colours are 0 .. cells - 1 and mean the same in isomorphic graphs. */
export interface Colouring {
  readonly colours: Int32Array
  readonly cells: number
  /** What was seen on the way: equal for isomorphic graphs. */
  readonly trace: number
}

/** Told neighbours of every node, ready for rounds of refinement. */
export interface ColouredGraph {
  readonly graph: PackedGraph
  readonly offsets: Int32Array
  readonly neighbours: Int32Array
  /** Label of the edge behind each entry of `neighbours`; 0 where edges carry none. */
  readonly edgeLabels: Int32Array
}

/** The rows of neighbours that `refine` walks. */
export function colouredGraph(graph: PackedGraph): ColouredGraph {
  const { offsets, neighbours, edgeOf } = adjacencyOf(graph)
  return { graph, offsets, neighbours, edgeLabels: Int32Array.from(edgeOf, (edge) => (graph.edgeLabels ? graph.edgeLabels[edge]! + 1 : 0)) }
}

/**
 * Weisfeiler-Leman colour refinement (1968) with node and edge labels: a colour is split by the multiset of neighbouring colours
 * until nothing splits. A collision of hashes can only leave two cells unsplit: it costs time in an exact search, never a wrong answer.
 */
export function refine({ graph, offsets, neighbours, edgeLabels }: ColouredGraph, start?: Colouring): Colouring {
  const { nodes, nodeLabels } = graph
  let { colours, cells, trace } =
    start ??
    byKey(
      Float64Array.from({ length: nodes }, (_, v) => (nodeLabels ? nodeLabels[v]! + 1 : 0)),
      0,
    )
  const keys = new Float64Array(nodes)
  for (;;) {
    for (let v = 0; v < nodes; v++) {
      let sum = 0 // of hashes: no order among neighbours
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++)
        sum = (sum + mixed(Math.imul(colours[neighbours[i]!]! + 1, 0x9e3779b1) ^ edgeLabels[i]!)) | 0
      keys[v] = colours[v]! * 2 ** 32 + (sum >>> 0)
    }
    const next = byKey(keys, trace)
    trace = next.trace
    if (next.cells === cells) return { colours, cells, trace }
    ;({ colours, cells } = next)
  }
}

/** Node v in a cell of its own, before what is left of its cell. */
export function individualised({ colours, cells, trace }: Colouring, v: number): Colouring {
  const own = colours[v]!
  return {
    colours: colours.map((colour, u) => (colour > own || (colour === own && u !== v) ? colour + 1 : colour)),
    cells: cells + 1,
    trace,
  }
}

/** Colours in the order of the keys, which lead with the old colour: cells split and never merge. */
function byKey(keys: Float64Array, trace: number): Colouring {
  const sorted = keys.slice().sort()
  const colourOf = new Map<number, number>()
  let seen = trace
  for (const key of sorted) {
    if (!colourOf.has(key)) colourOf.set(key, colourOf.size)
    seen = mixed(seen ^ mixed((key % 2 ** 32) ^ Math.imul(colourOf.size, 0x85ebca6b)))
  }
  return { colours: Int32Array.from(keys, (key) => colourOf.get(key)!), cells: colourOf.size, trace: seen }
}

/** The finaliser of MurmurHash3: every bit depends on every bit. */
function mixed(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
