import { gridSchedule, type ResidualFormName } from "@scalewise/core"
import { ConfigError } from "@scalewise/nn"
import { strideOf, type AutoencoderConfig } from "./autoencoder-config.ts"

/** How the vectors of a scale become tokens. */
export type QuantiserConfig =
  /** Nearest entry of a codebook of `codes` vectors, shared by the scales or one for each; learned by gradient or as a moving average. */
  | {
      readonly kind: "vector"
      readonly codes: number
      readonly codebooks: "shared" | "per-scale"
      readonly learning: "gradient" | "average"
      readonly metric: "euclidean" | "cosine"
    }
  /** The signs of the latent channels, as bits or (up to 23 channels) as the number that they spell. */
  | { readonly kind: "bitwise"; readonly tokens: "bits" | "ids" }
  /** Each latent channel rounded to so many levels. */
  | { readonly kind: "finite-scalar"; readonly levels: readonly number[] }

/** Everything that makes a tokenizer, as plain JSON. */
export interface TokenizerConfig {
  /** Height of the images. */
  readonly height: number
  /** Width of the images. */
  readonly width: number
  readonly autoencoder: AutoencoderConfig
  /** The numbers that the networks see: intensities as they are, or stretched to [-1, 1]. */
  readonly range: "unit" | "symmetric"
  /** The side, or height and width, of the token map of each scale, coarse to fine; the last one is that of the latent. */
  readonly grids: readonly (number | readonly [number, number])[]
  /** How a latent is split over scales. */
  readonly form: ResidualFormName
  readonly quantiser: QuantiserConfig
  /** VAR's convolutions after upsampling; a count of 0 leaves them out. */
  readonly phi: { readonly count: number; readonly ratio: number }
  /** What the decoder's numbers mean: a picture, or the parameters of a law over pixels (black and white, or 256 levels). */
  readonly likelihood: "none" | "bernoulli" | "logistic"
}

/**
 * Refuses settings that do not fit together.
 *
 * @throws ConfigError that names the setting and what it must be
 */
export function checkTokenizer(config: TokenizerConfig): void {
  const { height, width, autoencoder, quantiser } = config
  const stride = strideOf(autoencoder)
  const sides: [string, number][] = [["height", height], ["width", width]] // prettier-ignore
  for (const [name, side] of sides)
    if (!Number.isInteger(side) || side < 1 || side % stride !== 0)
      throw new ConfigError(`tokenizer.${name}: expected a multiple of the stride ${stride}, got ${side}`)
  const { finest } = gridSchedule(config.grids)
  if (finest[0] * stride !== height || finest[1] * stride !== width)
    throw new ConfigError(
      `tokenizer.grids: expected to end with the latent grid ${height / stride}x${width / stride}, got ${finest[0]}x${finest[1]}`,
    )
  if (quantiser.kind === "finite-scalar" && quantiser.levels.length !== autoencoder.latentChannels)
    throw new ConfigError(
      `tokenizer.quantiser.levels: expected one for each of the ${autoencoder.latentChannels} latent channels, got ${quantiser.levels.length}`,
    )
}
