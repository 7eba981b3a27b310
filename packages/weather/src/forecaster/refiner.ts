import type { GridSchedule, MultiScaleParameters } from "@scalewise/core"
import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { ScaleTokens } from "../tokens/scale-tokens.ts"
import type { CodeLaw } from "./code-law.ts"
import type { NetworkReads, ScaleNetwork } from "./scale-network.ts"

// B states, K scales, T tokens of a scale, E networks, O numbers put out for a token

/** Fields that networks read of each state: two states, the linear forecast, and what coarser scales have drawn. */
export const viewedFields = 4

/** What is learned of networks, and of the tokens whose laws they give. */
export interface RefinerParameters {
  readonly networks: Parameters
  readonly codes: MultiScaleParameters<Parameters>
}

/** What the networks of a scale read. */
export interface RefinerInputs {
  /** Fields of states, forecast and coarser codes on the scale's grid, [B, h, w, 4 C]. */
  readonly fields: tf.Tensor
  /** [B, G]. */
  readonly global: tf.Tensor
  /** Masks of all networks, [B, ...]. */
  readonly keep?: tf.Tensor | undefined
  /** What noise is to be taken from; of a `denoisingRefiner` alone, which needs it. */
  readonly noised?: NoisedTokens | undefined
}

/** Tokens of a scale under noise. */
export interface NoisedTokens {
  /** [B, T]. */
  readonly tokens: tf.Tensor
  /** Where in the noising chain, [B]; see `NoiseSchedule.times` of core. */
  readonly times: tf.Tensor
}

/** The networks of all scales: E of each, whose laws are averaged. */
export interface Refiner {
  init(random: RandomStream): Parameters
  /** What each network says of the tokens of scale `step`, [B, T, O]; `keep` has the masks of all of them. */
  each(parameters: RefinerParameters, step: number, inputs: RefinerInputs): tf.Tensor[]
  /** What they say together. */
  joined(parameters: RefinerParameters, step: number, inputs: RefinerInputs): tf.Tensor
  /** The keep mask of scale `step`: its numbers for all networks, and the share to drop. */
  mask(step: number): { readonly width: number; readonly dropout: number }
}

/** Options of `forecastRefiner`. */
export interface ForecastRefinerOptions {
  readonly schedule: GridSchedule
  readonly tokens: ScaleTokens
  readonly law: CodeLaw
  /** E. */
  readonly networks: number
  /** Share of hidden numbers that training drops at each scale. */
  readonly dropout: readonly number[]
  readonly reads: NetworkReads
}

/** The refiner over the networks of `tokens`. */
export function forecastRefiner({ schedule, tokens, law, networks: count, dropout, reads }: ForecastRefinerOptions): Refiner {
  const networks: ScaleNetwork[] = schedule.grids.map((_, index) => tokens.network(index + 1, reads))
  const members = Array.from({ length: count }, (_, e) => e)
  const parametersOf = (parameters: Parameters, e: number, step: number): Parameters =>
    (parameters[String(e)] as Parameters)[String(step - 1)] as Parameters

  const each: Refiner["each"] = (parameters, step, { fields, global, keep }) => {
    const network = networks[step - 1]!
    const scale = tokens.scaleOf(parameters.codes, step)
    const view = network.prepare(fields, scale)
    return members.map((e) => {
      const mask = keep && keep.slice([0, e * network.hiddenWidth], [-1, network.hiddenWidth])
      return network.apply(parametersOf(parameters.networks, e, step), { view, global, keep: mask, scale })
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
    joined: (parameters, step, inputs) => tf.tidy(() => law.joined(each(parameters, step, inputs)).clone()),
    mask: (step) => ({ width: count * networks[step - 1]!.hiddenWidth, dropout: dropout[step - 1] ?? 0 }),
  }
}
