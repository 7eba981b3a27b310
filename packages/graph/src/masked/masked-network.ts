import type { Layer, Parameters } from "@scalewise/nn"
import { kindsOf } from "../process/graph-categories.ts"
import { categoryNetwork, withMarginalBiases, type CategoryLogits } from "../refiner/category-network.ts"
import type { PairTensors } from "../refiner/pair-batch.ts"
import type { MaskedConfig } from "./masked-config.ts"
import { maskedInputWidths } from "./masked-input.ts"

/** The network that says what is behind hidden or noised nodes and pairs; before training it says the shares of the training set. */
export function maskedNetwork(config: MaskedConfig): Layer<Parameters, PairTensors, CategoryLogits> {
  const { width, depth, triangles, vocabulary, shares } = config
  const network = categoryNetwork({
    inputs: maskedInputWidths(config),
    width,
    depth,
    triangles,
    outputs: { globals: 0, ...kindsOf(vocabulary) },
  })
  return { ...network, init: (random) => withMarginalBiases(network.init(random), shares) }
}
