import { ops, tf, type Layer, type Parameters } from "@scalewise/nn"
import { contractionNetworks, type ContractionNetworks } from "../contraction/contraction-networks.ts"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { PairTensors } from "../refiner/pair-batch.ts"

/** What is done to the node features before the networks see them; [V, .] and the graph of each node, in and out. */
type Spoil = (nodes: tf.Tensor, graphOf: Int32Array) => tf.Tensor

/** Number of each node within its graph. */
function numbersWithin(graphOf: Int32Array): Int32Array {
  const next = new Map<number, number>()
  return graphOf.map((graph) => {
    const number = next.get(graph) ?? 0
    next.set(graph, number + 1)
    return number
  })
}

const columnOf = (values: ArrayLike<number>): tf.Tensor => tf.tensor2d(Float32Array.from(values), [values.length, 1])

const spoils = {
  /** Sinusoids of the node's number are added to its features. */
  "index embedding": (nodes, graphOf) => nodes.add(columnOf(Float32Array.from(numbersWithin(graphOf), (i) => Math.sin(1 + i)))),
  /** Features are averaged over nodes 2 i and 2 i + 1, as area interpolation of a node list does. */
  "index pooling": (nodes, graphOf) => {
    const numbers = numbersWithin(graphOf)
    const partner = Int32Array.from(numbers, (number, row) => {
      const other = number % 2 === 0 ? row + 1 : row - 1
      return graphOf[other] === graphOf[row] ? other : row
    })
    return nodes.add(ops.embedding(nodes, tf.tensor1d(partner, "int32"))).div(2)
  },
  /** Features are normalised by mean and variance over all rows of the batch, padding included. */
  "batch norm": (nodes) => {
    const { mean, variance } = tf.moments(nodes, 0, true)
    return nodes.sub(mean).div(variance.add(1e-3).sqrt())
  },
  /** Nodes are sorted by their first feature, equal ones as they come, and told their rank. */
  sorting: (nodes, graphOf) => {
    const code = nodes.slice([0, 0], [-1, 1]).dataSync()
    const rows = Array.from(graphOf.keys()).sort((a, b) => graphOf[a]! - graphOf[b]! || code[a]! - code[b]!)
    const ranks = new Int32Array(graphOf.length)
    const within = numbersWithin(Int32Array.from(rows, (row) => graphOf[row]!))
    for (const [at, row] of rows.entries()) ranks[row] = within[at]!
    return nodes.add(columnOf(Float32Array.from(ranks, (rank) => Math.sin(1 + rank))))
  },
} satisfies Record<string, Spoil>

/** Mistakes by which a graph network loses its invariance: the negative controls of the checks. */
export type BrokenNetworks = keyof typeof spoils

/** The networks of a config with one such mistake in front of each; they take the same parameters. Eager, and only for controls. */
export function brokenNetworks(config: ContractionConfig, mistake: BrokenNetworks): ContractionNetworks {
  const spoil: Spoil = spoils[mistake]
  const spoiled = <Inputs extends PairTensors, Output>(layer: Layer<Parameters, Inputs, Output>): Layer<Parameters, Inputs, Output> => ({
    init: layer.init,
    apply: (parameters, inputs) =>
      layer.apply(parameters, { ...inputs, nodes: spoil(inputs.nodes, inputs.graphOf.dataSync() as Int32Array) }),
  })
  const { split, pattern, attributes } = contractionNetworks(config)
  return { split: spoiled(split), pattern: spoiled(pattern), attributes: attributes && spoiled(attributes) }
}
