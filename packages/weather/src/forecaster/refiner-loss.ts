import { ops, tf, type Loss, type Parameters, type RandomStream, type StepInputs } from "@scalewise/nn"
import { rowWeights } from "../grid/lat-lon-grid.ts"
import { gridOf } from "./forecaster-config.ts"
import type { ForecastBody } from "./forecast-process.ts"

// B states, K scales, L_k sites, V codes

/**
 * The loss of the refiner: cross-entropy of each scale's tokens, meaned over sites by area and over networks, summed over scales. It reads the
 * fields of `trainingExamples`, `targets0` .. (the tables of `smoothedTargets`), `weights0` .. (`siteWeights`) and, with dropout, `keep0` ...
 */
export function refinerLoss({ schedule, refiner }: ForecastBody): Loss<Parameters> {
  return (parameters, inputs) => {
    const losses = schedule.grids.map((_, k) => {
      const targets = ops.embedding(inputs[`targets${k}`]!, inputs[`tokens${k}`]!) // [B, L_k, V]
      const perNetwork = refiner
        .each(parameters, k + 1, inputs[`map${k}`]!, inputs["global"]!, inputs[`keep${k}`])
        .map((logits) => ops.softCrossEntropy(logits, targets).mul(inputs[`weights${k}`]!).mean())
      return tf.addN(perNetwork).div(perNetwork.length)
    })
    return { loss: tf.addN(losses), ...Object.fromEntries(losses.map((loss, k) => [`scale${k + 1}`, loss])) }
  }
}

/** Area weight of each site of each scale [L_k], mean 1: what a site stands for on the sphere. The tensors are the caller's. */
export function siteWeights({ config, schedule }: ForecastBody): tf.Tensor[] {
  const weights = rowWeights(gridOf(config))
  return schedule.grids.map(([height, width]) => {
    const rows = Array.from({ length: height }, (_, row) => {
      const [from, to] = [Math.floor((row * weights.length) / height), Math.ceil(((row + 1) * weights.length) / height)]
      return weights.subarray(from, to).reduce((sum, weight) => sum + weight, 0) / (to - from)
    })
    const mean = rows.reduce((sum, weight) => sum + weight, 0) / height
    return tf.tensor1d(Float32Array.from({ length: height * width }, (_, site) => rows[Math.floor(site / width)]! / mean))
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
  { schedule, refiner }: ForecastBody,
  parameters: Parameters,
  inputs: StepInputs,
  weights: readonly tf.Tensor[],
): tf.Tensor {
  return tf.tidy(() =>
    tf.stack(
      schedule.grids.map((_, k) => {
        const logits = refiner.mean(parameters, k + 1, inputs[`map${k}`]!, inputs["global"]!)
        return ops.crossEntropy(logits, inputs[`tokens${k}`]!).mul(weights[k]!).mean()
      }),
    ),
  )
}
