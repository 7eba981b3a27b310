import {
  flattenParameters,
  ops,
  tf,
  unflattenParameters,
  type Loss,
  type Parameters,
  type RandomStream,
  type StepInputs,
} from "@scalewise/nn"
import { sizeOf } from "../data/array-file.ts"
import type { ForecastBody } from "./forecast-process.ts"
import type { RefinerParameters } from "./refiner.ts"

// B states, K scales, T tokens of a scale

/**
 * The loss of the refiner: that of the code law at each token, meaned by area and over networks, summed over scales. It reads the fields of
 * `trainingExamples`, `targets0` .. (the tables of `smoothedTargets`), `weights0` .. (`tokenWeights`), `codes.*` (`codesInputs`) and, with
 * dropout, `keep0` ...
 */
export function refinerLoss({ schedule, refiner, law }: ForecastBody): Loss<Parameters> {
  return (networks, inputs) => {
    const codes = codesOf(inputs)
    const losses = schedule.grids.map((_, k) => {
      const perNetwork = refiner
        .each({ networks, codes }, k + 1, { fields: inputs[`fields${k}`]!, global: inputs["global"]!, keep: inputs[`keep${k}`] })
        .map((outputs) => law.loss(outputs, inputs[`tokens${k}`]!, inputs[`targets${k}`]).mul(inputs[`weights${k}`]!).mean())
      return tf.addN(perNetwork).div(perNetwork.length)
    })
    return { loss: tf.addN(losses), ...Object.fromEntries(losses.map((loss, k) => [`scale${k + 1}`, loss])) }
  }
}

/** What is learned of tokens as inputs of a step, `codes.*`: a captured step takes tensors from its inputs alone. */
export const codesInputs = (codes: RefinerParameters["codes"]): StepInputs =>
  Object.fromEntries(Object.entries(flattenParameters(codes as unknown as Parameters)).map(([name, tensor]) => [`codes.${name}`, tensor]))

/** The inverse of `codesInputs`. */
export const codesOf = (inputs: StepInputs): RefinerParameters["codes"] => {
  const own = Object.entries(inputs).filter(([name]) => name.startsWith("codes."))
  return unflattenParameters(Object.fromEntries(own.map(([name, tensor]) => [name.slice("codes.".length), tensor]))) as never
}

/** Area weight of each token of each scale [T], mean 1. The tensors are the caller's. */
export function tokenWeights({ schedule, tokens }: ForecastBody): tf.Tensor[] {
  return schedule.grids.map((_, k) => {
    return tf.tensor1d(tokens.weights(k + 1) ?? new Float32Array(sizeOf(tokens.shape(k + 1))).fill(1))
  })
}

/** Dropout masks of a batch, one vector for all sites of a state: `keep0` .. */
export function keepMasks({ schedule, refiner }: ForecastBody, batch: number, random: RandomStream): StepInputs {
  return Object.fromEntries(
    schedule.grids.flatMap((_, k) => {
      const { width, dropout } = refiner.mask(k + 1)
      return dropout === 0 ? [] : [[`keep${k}`, ops.dropoutMask([batch, width], dropout, random.fold("keep").fold(k))]]
    }),
  )
}

/** Exact cross-entropy of the tokens of a batch, nats a site, of each scale by the mean of the networks. */
export function tokenNats(
  { schedule, refiner, law }: ForecastBody,
  parameters: RefinerParameters,
  inputs: StepInputs,
  weights: readonly tf.Tensor[],
): tf.Tensor {
  return tf.tidy(() =>
    tf.stack(
      schedule.grids.map((_, k) => {
        const outputs = refiner.joined(parameters, k + 1, { fields: inputs[`fields${k}`]!, global: inputs["global"]! })
        return law.nats(outputs, inputs[`tokens${k}`]!).mul(weights[k]!).mean()
      }),
    ),
  )
}
