import { tf } from "@scalewise/nn"
import { allPairs, allTriangles } from "../refiner/all-pairs.ts"
import { pairTensors, type PairBatch, type PairTensors } from "../refiner/pair-batch.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { scalePart, type LatentConfig } from "./latent-config.ts"
import { priorWidths } from "./latent-network.ts"

/** A graph whose scales before `scale` are known. */
export interface PriorView {
  readonly nodes: number
  /** From 1. */
  readonly scale: number
  /** Sum of the codes so far [nodes, channels]; zeros before the first. */
  readonly partial: Float32Array
}

/** Nodes and pairs as the prior sees them: the sum so far, the scale, the size. Nothing but codes tells nodes apart. */
export function priorInput({ nodes, scale, partial }: PriorView, config: LatentConfig): PairGraph {
  const widths = priorWidths(config)
  const pairs = allPairs(nodes)
  const globals = new Float32Array(widths.globals)
  globals[0] = Math.log(nodes)
  globals[scale] = 1
  return {
    nodes,
    pairs,
    triangles: config.triangles > 0 ? allTriangles(nodes) : new Int32Array(),
    widths,
    nodeFeatures: partial,
    pairFeatures: new Float32Array((pairs.length / 2) * widths.pairs),
    globals,
  }
}

/**
 * The tensors of a batch of `priorInput`s, of graphs at these scales: pairs whose codes are asked for show what the node codes say of them.
 */
export function priorTensors(
  batch: PairBatch,
  scales: readonly number[],
  config: LatentConfig,
  expectedPairs: (tensors: PairTensors, nodesVC: tf.Tensor) => tf.Tensor,
): PairTensors {
  const tensors = pairTensors(batch)
  if (!scales.some((scale) => scalePart(config, scale) === "pairs")) return tensors
  const asked = new Float32Array(batch.size.pairs)
  for (const [b, scale] of scales.entries())
    if (scalePart(config, scale) === "pairs") asked.fill(1, batch.offsets.pairs[b], batch.offsets.pairs[b + 1])
  const pairs = tf.tidy(() => expectedPairs(tensors, tensors.nodes).mul(tf.tensor2d(asked, [asked.length, 1])))
  tensors.pairs.dispose()
  return { ...tensors, pairs }
}
