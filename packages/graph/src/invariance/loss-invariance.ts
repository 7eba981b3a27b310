import { tf, type Loss, type Parameters, type RandomStream, type StepInputs } from "@scalewise/nn"
import { contractionNetworks } from "../contraction/contraction-networks.ts"
import { contractionPyramid, type ContractionPyramid } from "../contraction/contraction-pyramid.ts"
import { louvainBlocks } from "../contraction/louvain-blocks.ts"
import { skeletonInputs, skeletonSizes } from "../contraction/skeleton-batch.ts"
import { skeletonExample } from "../contraction/skeleton-example.ts"
import { skeletonLoss } from "../contraction/skeleton-loss.ts"
import { attributeExample, attributeInputs, attributeLoss, attributeSizes } from "../contraction/train-attributes.ts"
import { relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { carriedMatchings } from "./carried-matchings.ts"
import { relativeDifference } from "./deviation.ts"
import type { InvarianceSubject } from "./network-outputs.ts"
import { rearrangedStream } from "./rearranged-stream.ts"
import { movedRows, renamedChildren, renamedPatterns, renaming } from "./renaming.ts"

/** Largest deviations of the training losses, as parts of them. */
export interface LossDeviations {
  readonly skeleton: number
  /** Absent without attributes. */
  readonly attributes?: number
  /** Graphs whose renaming did not give the same codes at the renamed nodes from the same random numbers there; it should be 0. */
  readonly differingPyramids: number
}

/** Options of `lossInvariance`. */
export interface LossCheckOptions {
  /** Connected, of at least two nodes, with labels where the model has attributes. */
  readonly graphs: readonly PackedGraph[]
  readonly random: RandomStream
}

/**
 * The training losses of a graph and of the same graph renamed, with the same random numbers carried by nodes and edges. Renamed is everything:
 * the graph before its contraction (the pyramid has to be the same to the last code), and, on a random level, the nodes that the networks see.
 */
export function lossInvariance(subject: InvarianceSubject, { graphs, random }: LossCheckOptions): LossDeviations {
  const { config, networks = contractionNetworks(config) } = subject
  const reveal = { nothing: 0.3 }
  let [skeleton, attributes, differingPyramids] = [0, 0, 0]
  for (const [g, graph] of graphs.entries()) {
    const own = random.fold(g)
    const order = own.fold("names").permutation(graph.nodes)
    const blocks = config.blocks ? louvainBlocks(graph, own.fold("blocks")) : undefined
    const pyramid = contractionPyramid(graph, own.fold("pyramid"), { preference: config.preference, blocks })
    const renamed = contractionPyramid(relabelled(graph, order), carriedMatchings(order, pyramid, own.fold("pyramid")), {
      preference: config.preference,
      blocks: blocks && movedRows(blocks, order),
    })
    if (!isSamePyramid(pyramid, renamed, order)) differingPyramids++

    // The single node of the first level always splits, and nothing is asked of the networks there.
    const at = pyramid.levels.length === 1 ? 0 : 1 + own.fold("level").integers(1, pyramid.levels.length - 1)[0]!
    if (at > 0) skeleton = Math.max(skeleton, skeletonDifference(pyramid, at, own))

    if (config.vocabulary.nodes.length + config.vocabulary.edges.length === 0) continue
    const { edges } = renaming(graph, order)
    const labelled = rearrangedStream(
      own.fold("labels"),
      new Map([
        ["labels/hidden", (values) => movedRows(values, [...order, ...edges.map((e) => graph.nodes + e)])],
        ["node labels/hidden", (values) => movedRows(values, order)],
        ["edge labels/hidden", (values) => movedRows(values, edges)],
        ["noise", (values) => movedRows(values, order, config.noise)],
      ]),
    )
    const named = [
      attributeExample(graph, config, reveal, own.fold("labels")),
      attributeExample(relabelled(graph, order), config, reveal, labelled),
    ].map((example) => lossOf(attributeLoss(networks, config), attributeInputs([example], attributeSizes([example]))))
    attributes = Math.max(attributes, relativeDifference(named[0]!, named[1]!))
  }
  return {
    skeleton,
    ...(config.vocabulary.nodes.length + config.vocabulary.edges.length > 0 && { attributes }),
    differingPyramids,
  }

  /** Of a level, and of the same level under other names. */
  function skeletonDifference(pyramid: ContractionPyramid, at: number, own: RandomStream): number {
    const level = pyramid.levels[at]!
    const moved = renaming(level.graph, own.fold("level names").permutation(level.graph.nodes))
    const levels = pyramid.levels.with(at, {
      graph: moved.graph,
      splits: movedRows(level.splits, moved.nodes),
      patterns: renamedPatterns(level.patterns, moved),
      blocks: level.blocks && movedRows(level.blocks, moved.nodes),
    })
    const children = renamedChildren(level.splits, moved.nodes)
    const carried = rearrangedStream(
      own.fold("example"),
      new Map([
        ["splits/hidden", (values) => movedRows(values, moved.nodes)],
        ["patterns/hidden", (values) => movedRows(values, moved.edges)],
        ["split noise", (values) => movedRows(values, moved.nodes, config.noise)],
        ["pattern noise", (values) => movedRows(values, children, config.noise)],
      ]),
    )
    const losses = [
      skeletonExample(pyramid, at, config, reveal, own.fold("example")),
      skeletonExample({ ...pyramid, levels }, at, config, reveal, carried),
    ].map((example) => lossOf(skeletonLoss(networks), skeletonInputs([example], skeletonSizes([example]), config)))
    return relativeDifference(losses[0]!, losses[1]!)
  }

  function lossOf(loss: Loss<Parameters>, inputs: StepInputs): number {
    const found = tf.tidy(() => {
      const total = loss(subject.parameters, inputs)
      return (total instanceof tf.Tensor ? total : total.loss).dataSync()[0]!
    })
    tf.dispose(inputs)
    return found
  }
}

/** Whether two pyramids have the same codes on every level, and their finest nodes are the same under the renaming. */
export function isSamePyramid(a: ContractionPyramid, b: ContractionPyramid, order: Int32Array): boolean {
  const plain = (list: ArrayLike<number> | undefined): string => Array.from(list ?? []).join()
  return (
    a.levels.length === b.levels.length &&
    a.levels.every((level, k) => {
      const other = b.levels[k]!
      return (
        plain(level.graph.edges) === plain(other.graph.edges) &&
        plain(level.splits) === plain(other.splits) &&
        plain(level.patterns) === plain(other.patterns) &&
        plain(level.blocks) === plain(other.blocks)
      )
    }) &&
    plain(a.order.map((v) => order[v]!)) === plain(b.order)
  )
}
