import { gridAt } from "@scalewise/core"
import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import { noiseLevels } from "./noise-levels.ts"
import { forecastRefiner, type ForecastRefinerOptions, type Refiner } from "./refiner.ts"

// B states, K scales, T tokens of a scale, E networks, L numbers of a noise level, W hidden numbers of a network

/** L. */
const levelNumbers = 8

/**
 * The networks of `forecastRefiner` as denoisers: they read the map of the noised tokens as one field more, and their hidden numbers are
 * moved and scaled by the noise level. What they say of a token is the velocity of `diffusionLoss`. The rest of them is the same, so that
 * what differs between the two is how tokens are drawn.
 */
export function denoisingRefiner(options: ForecastRefinerOptions): Refiner {
  const { schedule, tokens, reads, networks: count, law } = options
  const refiner = forecastRefiner({ ...options, reads: { fields: reads.fields + 1, globals: reads.globals + levelNumbers } })
  const eachScale = (scales: Parameters): Parameters =>
    Object.fromEntries(
      Object.entries(scales).map(([k, own]) => {
        const hidden = refiner.mask(Number(k) + 1).width / count
        return [k, { ...(own as Parameters), gains: tf.zeros([levelNumbers, hidden]) }]
      }),
    )

  const each: Refiner["each"] = (parameters, step, { fields, global, keep, noised }) => {
    if (!noised) throw new ConfigError("denoisingRefiner: expected noised tokens, got none; give what noise is to be taken from")
    const { networks, codes } = parameters
    const level = levelFeatures(noised.times)
    const gains = Object.values(networks).map((scales) =>
      ops.matMul(level, ((scales as Parameters)[String(step - 1)] as Parameters)["gains"] as tf.Tensor),
    )
    const factors = tf.concat(gains, 1).add(1)
    const map = tokens.quantiser.decode(
      codes.quantiser,
      noised.tokens.reshape([-1, ...gridAt(schedule, step), tokens.quantiser.channels]),
      step,
    )
    return refiner.each(parameters, step, {
      fields: tf.concat([fields, map], 3),
      global: tf.concat([global, level], 1),
      keep: factors.mul(keep ?? 1 - refiner.mask(step).dropout), // networks divide by the share that a mask keeps, whether there is one or not
    })
  }
  return {
    init: (random) => Object.fromEntries(Object.entries(refiner.init(random)).map(([e, scales]) => [e, eachScale(scales as Parameters)])),
    each,
    joined: (parameters, step, inputs) => tf.tidy(() => law.joined(each(parameters, step, inputs)).clone()),
    mask: refiner.mask,
  }
}

/** Times [B] as cosines, [B, L]: what is linear in them is any smooth function of the level. */
const levelFeatures = (times: tf.Tensor): tf.Tensor =>
  tf.stack(
    Array.from({ length: levelNumbers }, (_, l) => tf.cos(times.mul(((l + 1) * Math.PI) / noiseLevels.levels))),
    1,
  )
