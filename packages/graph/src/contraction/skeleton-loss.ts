import { ops, type Loss, type Parameters } from "@scalewise/nn"
import type { PairTensors } from "../refiner/pair-batch.ts"
import { partOf, weightedMean } from "../training/step-parts.ts"
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
