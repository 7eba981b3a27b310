import { ShapeError, tf } from "@scalewise/nn"
import type { PairGraph } from "./pair-graph.ts"

// B graphs, V nodes, E pairs, T triangles of the whole batch

/** Sizes of a batch. */
export interface PairBatchSize {
  readonly graphs: number
  readonly nodes: number
  readonly pairs: number
  readonly triangles: number
}

/** Where each graph of a batch begins; one entry more than graphs. */
export interface PairBatchOffsets {
  readonly nodes: Int32Array
  readonly pairs: Int32Array
}

/** Graphs side by side in typed arrays, as one graph of many parts. */
export interface PairBatch {
  readonly size: PairBatchSize
  readonly offsets: PairBatchOffsets
  readonly arrays: Readonly<Record<PairBatchName, { readonly values: Float32Array | Int32Array; readonly shape: readonly number[] }>>
}

/** Names of the tensors that a refiner reads. */
export type PairBatchName = "nodes" | "pairs" | "globals" | "graphOf" | "weight" | "ends" | "triangles"

/**
 * Graphs side by side. With a `size`, the rest is padding: one more graph with nodes of its own, pairs that join its last node to
 * itself, and triangles of its last pair; it never touches the others.
 *
 * @throws ShapeError where a size leaves no room for the graphs and one padding node, pair and graph
 */
export function pairBatch(graphs: readonly PairGraph[], size?: PairBatchSize): PairBatch {
  const first = graphs[0]
  if (!first) throw new ShapeError("pairBatch: expected at least one graph")
  const offsets: PairBatchOffsets = {
    nodes: offsetsOf(graphs, ({ nodes }) => nodes),
    pairs: offsetsOf(graphs, ({ pairs }) => pairs.length / 2),
  }
  const used: PairBatchSize = {
    graphs: graphs.length,
    nodes: offsets.nodes.at(-1)!,
    pairs: offsets.pairs.at(-1)!,
    triangles: graphs.reduce((sum, { triangles }) => sum + triangles.length / 3, 0),
  }
  if (size && (size.graphs <= used.graphs || size.nodes <= used.nodes || size.pairs <= used.pairs || size.triangles < used.triangles))
    throw new ShapeError(`pairBatch: expected room for ${shown(used)} and padding, got ${shown(size)}`)
  const full = size ?? used
  const { nodes: nodeWidth, pairs: pairWidth } = first.widths
  const globalWidth = first.globals.length
  const nodes = new Float32Array(full.nodes * nodeWidth)
  const pairs = new Float32Array(full.pairs * pairWidth)
  const globals = new Float32Array(full.graphs * globalWidth)
  const graphOf = new Int32Array(full.nodes).fill(full.graphs - 1)
  const weight = new Float32Array(full.graphs) // 1 / nodes of each graph
  const ends = new Int32Array(2 * full.pairs).fill(full.nodes - 1) // first ends, then second ends
  const triangles = new Int32Array(3 * full.triangles).fill(full.pairs - 1) // first pairs, then second, then third
  let triangle = 0
  for (const [b, graph] of graphs.entries()) {
    const [node, pair] = [offsets.nodes[b]!, offsets.pairs[b]!]
    nodes.set(graph.nodeFeatures, node * nodeWidth)
    pairs.set(graph.pairFeatures, pair * pairWidth)
    globals.set(graph.globals, b * globalWidth)
    graphOf.fill(b, node, node + graph.nodes)
    weight[b] = graph.nodes > 0 ? 1 / graph.nodes : 0
    for (let e = 0; e < graph.pairs.length / 2; e++) {
      ends[pair + e] = node + graph.pairs[2 * e]!
      ends[full.pairs + pair + e] = node + graph.pairs[2 * e + 1]!
    }
    for (let t = 0; t < graph.triangles.length; t += 3, triangle++)
      for (let side = 0; side < 3; side++) triangles[side * full.triangles + triangle] = pair + graph.triangles[t + side]!
  }
  return {
    size: full,
    offsets,
    arrays: {
      nodes: { values: nodes, shape: [full.nodes, nodeWidth] },
      pairs: { values: pairs, shape: [full.pairs, pairWidth] },
      globals: { values: globals, shape: [full.graphs, globalWidth] },
      graphOf: { values: graphOf, shape: [full.nodes] },
      weight: { values: weight, shape: [full.graphs, 1] },
      ends: { values: ends, shape: [2 * full.pairs] },
      triangles: { values: triangles, shape: [3 * full.triangles] },
    },
  }
}

/** The tensors of a batch: features [V, .], [E, .], [B, .], `graphOf` [V], `weight` [B, 1], `ends` [2 E], `triangles` [3 T]. */
export type PairTensors = Readonly<Record<PairBatchName, tf.Tensor>>

/** The batch as tensors; the caller disposes. */
export function pairTensors({ arrays }: PairBatch): PairTensors {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { values, shape }]) => [
      name,
      tf.tensor(values, [...shape], values instanceof Float32Array ? "float32" : "int32"),
    ]),
  ) as Record<PairBatchName, tf.Tensor>
}

function offsetsOf(graphs: readonly PairGraph[], count: (graph: PairGraph) => number): Int32Array {
  const offsets = new Int32Array(graphs.length + 1)
  for (const [b, graph] of graphs.entries()) offsets[b + 1] = offsets[b]! + count(graph)
  return offsets
}

const shown = ({ graphs, nodes, pairs, triangles }: PairBatchSize): string =>
  `${graphs} graphs, ${nodes} nodes, ${pairs} pairs and ${triangles} triangles`
