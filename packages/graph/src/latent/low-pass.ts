import { ops, tf } from "@scalewise/nn"
import { degreesOf, type PackedGraph } from "../graph/packed-graph.ts"
import { pairNumber } from "../refiner/all-pairs.ts"

// V nodes, E pairs, C channels of the whole batch

/** I - L_sym / 2 of a graph: what each node keeps, and what goes along each pair; nodes without neighbours keep all. */
export interface LowPassWeights {
  /** [nodes] */
  readonly kept: Float32Array
  /** [pairs], zero where there is no edge */
  readonly along: Float32Array
}

/** The weights of a graph over all its pairs. */
export function lowPassWeights(graph: PackedGraph): LowPassWeights {
  const { nodes, edges } = graph
  const degrees = degreesOf(graph)
  const along = new Float32Array((nodes * (nodes - 1)) / 2)
  for (let e = 0; e < edges.length / 2; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    along[pairNumber(nodes, u, v)] = 0.5 / Math.sqrt(degrees[u]! * degrees[v]!)
  }
  return { kept: Float32Array.from(degrees, (degree) => (degree > 0 ? 0.5 : 1)), along }
}

/** The weights of a batch: `kept` [V, 1], `along` [E, 1], and the pairs' `ends` [2 E]. */
export interface LowPassTensors {
  readonly kept: tf.Tensor
  readonly along: tf.Tensor
  readonly ends: tf.Tensor
}

/**
 * The levels (I - L_sym / 2)^t f of node values f [V, C] for descending t: a Gaussian pyramid on the node set itself (Eq. 13), without
 * removing nodes, which commutes with renaming them.
 */
export function lowPassLevels(fVC: tf.Tensor, times: readonly number[], { kept, along, ends }: LowPassTensors): tf.Tensor[] {
  const [u, v] = tf.split(ends, 2) as [tf.Tensor, tf.Tensor]
  const others = tf.concat([v, u])
  const weights = tf.concat([along, along])
  const levels = new Map<number, tf.Tensor>([[0, fVC]])
  let smooth = fVC
  for (let t = 1; t <= Math.max(...times); t++) {
    smooth = smooth.mul(kept).add(ops.segmentSum(ops.embedding(smooth, others).mul(weights), ends, fVC.shape[0]))
    levels.set(t, smooth)
  }
  return times.map((t) => levels.get(t)!)
}
