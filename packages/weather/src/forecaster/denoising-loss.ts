import { diffusionLoss } from "@scalewise/core"
import { tf, type Loss, type Parameters, type RandomStream, type StepInputs } from "@scalewise/nn"
import type { ForecastBody } from "./forecast-process.ts"
import { noiseLevels } from "./noise-levels.ts"
import { codesOf } from "./refiner-loss.ts"

// B states, K scales, T tokens of a scale

/**
 * The loss of a `denoisingRefiner`: the squared error of the velocity at a random noise level, meaned over tokens, summed over scales (Ho et
 * al. 2020, Eq. 6; Salimans and Ho 2022). It reads the fields of `trainingExamples`, those of `noiseInputs`, `codes.*` (`codesInputs`) and,
 * with dropout, `keep0` ...
 */
export function denoisingLoss({ schedule, refiner }: ForecastBody): Loss<Parameters> {
  return (networks, inputs) => {
    const codes = codesOf(inputs)
    const losses = schedule.grids.map((_, k) => {
      const known = { fields: inputs[`fields${k}`]!, global: inputs["global"]!, keep: inputs[`keep${k}`] }
      const lossOf = diffusionLoss<Parameters>(
        (own, tokens, times) => refiner.joined({ networks: own, codes }, k + 1, { ...known, noised: { tokens, times } }).squeeze([2]),
        { schedule: noiseLevels, prediction: "v" },
      )
      return lossOf(networks, { x0: inputs[`tokens${k}`]!, levels: inputs[`levels${k}`]!, noise: inputs[`noise${k}`]! }).loss
    })
    return { loss: tf.addN(losses), ...Object.fromEntries(losses.map((loss, k) => [`scale${k + 1}`, loss])) }
  }
}

/** Noise and its level for the tokens of each state of a batch: `levels0` .. int32 [B] and `noise0` .. [B, T]. */
export function noiseInputs({ schedule, tokens }: ForecastBody, batch: number, random: RandomStream): StepInputs {
  return Object.fromEntries(
    schedule.grids.flatMap((_, k) => {
      const stream = random.fold("noised").fold(k)
      const drawn = stream.fold("level").integers(batch, noiseLevels.levels)
      const count = tokens.shape(k + 1).reduce((size, length) => size * length, 1)
      return [
        [
          `levels${k}`,
          tf.tensor1d(
            drawn.map((level) => level + 1),
            "int32",
          ),
        ],
        [`noise${k}`, stream.fold("noise").normal([batch, count])],
      ]
    }),
  )
}
