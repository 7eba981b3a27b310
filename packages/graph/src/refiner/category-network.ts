import { layers, tf, type Layer, type Parameters, type RandomStream } from "@scalewise/nn"
import { initialParameters } from "./initial-parameters.ts"
import type { PairTensors } from "./pair-batch.ts"
import { refiner, type RefinerOptions } from "./refiner.ts"

/** Options of `categoryNetwork`. */
export interface CategoryNetworkOptions extends RefinerOptions {
  /** Classes of a graph, a node and a pair; 0: none. */
  readonly outputs: { readonly globals: number; readonly nodes: number; readonly pairs: number }
}

/** Logits [B, .], [V, .] and [E, .]; absent where there are no classes. */
export interface CategoryLogits {
  readonly globals?: tf.Tensor
  readonly nodes?: tf.Tensor
  readonly pairs?: tf.Tensor
}

/** A refiner that says a class for graphs, nodes and pairs; it commutes with renaming, as the refiner does. */
export function categoryNetwork({ outputs, ...body }: CategoryNetworkOptions): Layer<Parameters, PairTensors, CategoryLogits> {
  const network = refiner(body)
  const heads = Object.fromEntries(
    Object.entries(outputs)
      .filter(([, classes]) => classes > 0)
      .map(([part, classes]) => [part, layers.mlp({ widths: [body.width, body.width, classes] })]),
  )
  return {
    init: (random: RandomStream) => ({
      body: network.init(random.fold("body")),
      heads: initialParameters(heads, random.fold("heads")),
    }),
    apply(parameters, tensors) {
      const refined = network.apply(parameters["body"] as Parameters, tensors)
      const own = parameters["heads"] as Record<string, Parameters>
      return Object.fromEntries(
        Object.entries(heads).map(([part, head]) => [part, head.apply(own[part]!, refined[part as keyof typeof refined])]),
      )
    },
  }
}

/** Smallest share that a bias stands for: a class that never occurs stays possible. */
const leastShare = 1e-4

/** The parameters of a `categoryNetwork` with heads whose biases are the log of these shares; takes `parameters` over. */
export function withMarginalBiases(
  parameters: Parameters,
  shares: Readonly<Partial<Record<keyof CategoryLogits, readonly number[]>>>,
): Parameters {
  const heads = Object.fromEntries(
    Object.entries(parameters["heads"] as Record<string, Record<string, { weight: tf.Tensor; bias: tf.Tensor }>>).map(([part, head]) => {
      const wanted = shares[part as keyof CategoryLogits]
      if (!wanted || wanted.length === 0) return [part, head]
      head["1"]!.bias.dispose()
      return [part, { ...head, "1": { ...head["1"]!, bias: tf.tensor1d(wanted.map((share) => Math.log(share + leastShare))) } }]
    }),
  )
  return { ...parameters, heads }
}
