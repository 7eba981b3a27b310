import type { GridSchedule, MultiScaleParameters, MultiScaleQuantiser, Quantiser } from "@scalewise/core"
import type { Parameters, RandomStream, tf } from "@scalewise/nn"
import type { CodeLaw } from "../forecaster/code-law.ts"
import type { ForecasterConfig } from "../forecaster/forecaster-config.ts"
import type { NetworkReads, ScaleNetwork } from "../forecaster/scale-network.ts"
import type { Surroundings } from "../forecaster/surroundings.ts"

// B states, h x w sites of a scale, C channels of the latent, T tokens of a scale, K scales

/** Options of a way to make tokens. */
export interface ScaleTokensOptions {
  readonly config: ForecasterConfig
  readonly schedule: GridSchedule
  readonly surroundings: Surroundings
  readonly law: CodeLaw
  /** Share of hidden numbers that training drops at each scale. @defaultValue none */
  readonly dropout: readonly number[]
}

/** How the residual map of a scale becomes tokens, and what network reads the law of them. */
export interface ScaleTokens {
  readonly quantiser: Quantiser
  /** Shape of the tokens of a state at scale `step`. */
  shape(step: number): readonly number[]
  /** Learns the quantiser from latents [n, H, W, C], scale by scale in the closed loop. The tensors are the caller's. */
  fit(multiScale: MultiScaleQuantiser, latents: tf.Tensor, random: RandomStream): Promise<MultiScaleParameters<Parameters>>
  /** What is learned of the tokens of scale `step`, as its networks read it. */
  scaleOf(parameters: MultiScaleParameters<Parameters>, step: number): unknown
  /** Area weight of each token, mean 1; all alike where it is undefined. */
  weights(step: number): Float32Array | undefined
  /** One network of scale `step`. */
  network(step: number, reads: NetworkReads): ScaleNetwork
  /** Codebooks [V, c] of the scales, coarse to fine; empty where tokens are no codes. */
  codebooks(parameters: MultiScaleParameters<Parameters>): tf.Tensor[]
}
