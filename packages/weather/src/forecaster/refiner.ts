import type { GridSchedule } from "@scalewise/core"
import { ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { globalWidth } from "./conditioning.ts"
import { gridOf, type ForecasterConfig } from "./forecaster-config.ts"
import { scaleNetwork, type ScaleNetwork } from "./scale-network.ts"
import { surroundingsOf, withSurroundings } from "./surroundings.ts"

// B states, K scales, E networks, F channels of a map, V codes

/** The networks of all scales: E of each, whose probabilities are averaged. */
export interface Refiner {
  init(random: RandomStream): Parameters
  /** Logits [B, L_k, V] of each network at scale `step`, for a map [B, h_k, w_k, F] and [B, G]; dropout masks [B, ...] by network. */
  each(parameters: Parameters, step: number, map: tf.Tensor, global: tf.Tensor, keep?: tf.Tensor): tf.Tensor[]
  /** Logits of their mean probability. */
  mean(parameters: Parameters, step: number, map: tf.Tensor, global: tf.Tensor): tf.Tensor
  /** The keep mask of scale `step`: its numbers for all networks, and the share to drop. */
  mask(step: number): { readonly width: number; readonly dropout: number }
}

/** Channels of the map of a scale: two states, the linear forecast, and what coarser scales have drawn. */
export const mapChannels = ({ variables, latent }: ForecasterConfig): number => 3 * variables.length * latent.patch ** 2 + latent.channels

/** The refiner of a config; `dropout` is the share of hidden numbers that training drops at each scale. */
export function forecastRefiner(config: ForecasterConfig, schedule: GridSchedule, dropout: readonly number[] = []): Refiner {
  const { refiner, codes } = config
  const surroundings = surroundingsOf(gridOf(config))
  const networks: ScaleNetwork[] = schedule.grids.map((_, index) =>
    scaleNetwork({
      refiner,
      schedule,
      step: index + 1,
      channels: mapChannels(config),
      globals: globalWidth(config),
      codes,
      dropout: dropout[index] ?? 0,
    }),
  )
  const members = Array.from({ length: refiner.networks }, (_, e) => e)
  const parametersOf = (parameters: Parameters, e: number, step: number): Parameters =>
    (parameters[String(e)] as Parameters)[String(step - 1)] as Parameters

  const each: Refiner["each"] = (parameters, step, map, global, keep) => {
    const network = networks[step - 1]!
    const around = withSurroundings(map, refiner.reach, surroundings)
    return members.map((e) => {
      const mask = keep && keep.slice([0, e * network.hiddenWidth], [-1, network.hiddenWidth])
      return network.apply(parametersOf(parameters, e, step), { map: around, global, keep: mask })
    })
  }
  return {
    init: (random) =>
      Object.fromEntries(
        members.map((e) => [
          String(e),
          Object.fromEntries(networks.map((network, index) => [String(index), network.init(random.fold("network").fold(e).fold(index))])),
        ]),
      ),
    each,
    mean: (parameters, step, map, global) =>
      tf.tidy(() => {
        const logits = each(parameters, step, map, global)
        if (logits.length === 1) return logits[0]!.clone()
        return tf.log(
          tf
            .addN(logits.map((one) => ops.softmax(one)))
            .div(logits.length)
            .maximum(1e-12),
        )
      }),
    mask: (step) => ({ width: refiner.networks * networks[step - 1]!.hiddenWidth, dropout: dropout[step - 1] ?? 0 }),
  }
}
