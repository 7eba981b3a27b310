import { ops, tf, type Loss, type Parameters, type StepInputs } from "@scalewise/nn"
import type { PairTensors } from "../refiner/pair-batch.ts"
import type { ContractionNetworks } from "./contraction-networks.ts"
import type { PatternSiteTensors } from "./pattern-head.ts"

/** Mean cross-entropy of the hidden split codes plus that of the hidden patterns, in nats; both are reported. */
export function skeletonLoss({ split, pattern }: Pick<ContractionNetworks, "split" | "pattern">): Loss<Parameters> {
  return (parameters, inputs) => {
    const splitLogits = split.apply(parameters["split"] as Parameters, partOf(inputs, "split") as PairTensors)
    const splitLoss = weightedMean(ops.binaryCrossEntropyWithLogits(splitLogits, inputs["splitTargets"]!), inputs["splitWeights"]!)
    const sites = partOf(inputs, "sites") as PatternSiteTensors
    const logits = pattern.apply(parameters["pattern"] as Parameters, { ...(partOf(inputs, "pattern") as PairTensors), sites })
    const patternLoss = weightedMean(ops.crossEntropy(logits, inputs["patterns"]!), inputs["patternWeights"]!)
    return { loss: splitLoss.add(patternLoss), splitLoss, patternLoss }
  }
}

/** The mean of the values with weight, or zero where none has. */
export const weightedMean = (values: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
  values.mul(weights).sum().div(weights.sum().maximum(1))

/** Inputs named `prefix.*`, without the prefix. */
export const partOf = (inputs: StepInputs, prefix: string): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, tensor]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [])),
  )
