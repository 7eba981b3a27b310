import { ops, tf, type Loss, type Parameters, type RandomStream, type StepInputs } from "@scalewise/nn"
import type { SitePart } from "../process/site-law.ts"
import { pairBatch, type PairTensors } from "../refiner/pair-batch.ts"
import type { Sizes } from "../refiner/size-ladder.ts"
import { partOf, prefixed, weightedMean } from "../training/step-parts.ts"
import type { CodeTable } from "./code-table.ts"
import { scaleCount, scalePart, type LatentConfig } from "./latent-config.ts"
import { latentNetworks } from "./latent-network.ts"
import type { GraphTokens } from "./latent-tokens.ts"
import { priorInput, priorTensors, type PriorView } from "./prior-input.ts"

/** One scale of one graph: what is known before it, and its codes. */
export interface PriorExample extends PriorView {
  readonly tokens: Uint16Array
}

/** Teacher forcing: a random scale of a graph's codes, after the sum of those before, some of which are replaced by random codes. */
export function priorExample(
  tokens: GraphTokens,
  nodes: number,
  { config, table, codeNoise }: { readonly config: LatentConfig; readonly table: CodeTable; readonly codeNoise: number },
  random: RandomStream,
): PriorExample {
  const scale = 1 + random.fold("scale").integers(1, scaleCount(config))[0]!
  let partial: Float32Array = new Float32Array(nodes * config.channels)
  for (let before = 1; before < scale; before++) {
    const own = tokens[before - 1]!
    const stream = random.fold("code noise").fold(before)
    const coins = stream.fold("coins").uniformValues([own.length])
    const others = stream.fold("codes").integers(own.length, config.codes)
    partial = table.added(
      partial,
      before,
      own.map((token, i) => (coins[i]! < codeNoise ? others[i]! : token)),
    )
  }
  return { nodes, scale, partial, tokens: tokens[scale - 1]! }
}

/** The inputs of `priorLoss`, padded to `sizes`. */
export function priorInputs(
  examples: readonly PriorExample[],
  sizes: Sizes,
  config: LatentConfig,
  expectedPairs: (tensors: PairTensors, nodesVC: tf.Tensor) => tf.Tensor,
): StepInputs {
  const batch = pairBatch(
    examples.map((example) => priorInput(example, config)),
    { graphs: examples.length + 1, nodes: sizes["nodes"]!, pairs: sizes["pairs"]!, triangles: sizes["triangles"]! },
  )
  const columns = (part: SitePart): Record<string, tf.Tensor> => {
    const count = part === "globals" ? batch.size.graphs : batch.size[part]
    const [targets, weights] = [new Int32Array(count), new Float32Array(count)]
    for (const [b, { scale, tokens }] of examples.entries()) {
      if (scalePart(config, scale) !== part) continue
      const from = part === "globals" ? b : batch.offsets[part][b]!
      targets.set(tokens, from)
      weights.fill(1, from, from + tokens.length)
    }
    return { [`${part}Targets`]: tf.tensor1d(targets, "int32"), [`${part}Weights`]: tf.tensor1d(weights) }
  }
  const tensors = priorTensors(
    batch,
    examples.map(({ scale }) => scale),
    config,
    expectedPairs,
  )
  return { ...prefixed("graph", tensors), ...columns("globals"), ...columns("nodes"), ...columns("pairs") }
}

/** Mean cross-entropy of global tokens plus that of node codes plus that of pair codes, in nats. */
export function priorLoss(config: LatentConfig): Loss<Parameters> {
  const { prior } = latentNetworks(config)
  return (parameters, inputs) => {
    const logits = prior.apply(parameters["prior"] as Parameters, partOf(inputs, "graph") as PairTensors)
    const parts = Object.fromEntries(
      Object.entries(logits).map(([part, own]: [string, tf.Tensor]) => [
        `${part}Loss`,
        weightedMean(ops.crossEntropy(own, inputs[`${part}Targets`]!), inputs[`${part}Weights`]!),
      ]),
    )
    return { loss: tf.addN(Object.values(parts)), ...parts }
  }
}
