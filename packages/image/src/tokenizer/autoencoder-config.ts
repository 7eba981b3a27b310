import { ConfigError } from "@scalewise/nn"

/** The convolutional encoder and decoder of a tokenizer. */
export interface AutoencoderConfig {
  /** Channels of an image. */
  readonly imageChannels: number
  /** Channels of the level with the most sites; `multipliers` are relative to it. */
  readonly width: number
  /** Width of each level, finest first; between two levels the sides halve. */
  readonly multipliers: readonly number[]
  /** Residual blocks of each level of the encoder. */
  readonly encoderBlocks: number
  /** Residual blocks of each level of the decoder. */
  readonly decoderBlocks: number
  /** What stands between encoder and decoder at the coarsest level: nothing, a residual block, or one, attention and another one. */
  readonly middle: "none" | "block" | "attention"
  /** Attention after every block of the coarsest level. */
  readonly coarseAttention: boolean
  /** C, the channels of the latent. */
  readonly latentChannels: number
  /** Groups of every normalisation; divides all widths. */
  readonly groups: number
  /** Pixels are first folded into channels in squares of this side, which divides the sides of an image; 1 folds nothing. */
  readonly patch: number
  /** Where `patch` is above 1: channels of each pixel before the decoder's last convolution. */
  readonly patchWidth: number
  /** Side of the convolutions right before and after the quantiser; 0 leaves them out. */
  readonly quantiserKernel: number
}

/** How many pixels a side of a latent site spans. */
export const strideOf = ({ patch, multipliers }: Pick<AutoencoderConfig, "patch" | "multipliers">): number =>
  patch * 2 ** (multipliers.length - 1)

/** Channels of each level, finest first. */
export const levelWidths = ({ width, multipliers }: Pick<AutoencoderConfig, "width" | "multipliers">): number[] =>
  multipliers.map((multiplier) => width * multiplier)

/**
 * Refuses what no network can be made of.
 *
 * @throws ConfigError for counts that are no positive integers, and for groups that do not divide a width
 */
export function checkAutoencoder(config: AutoencoderConfig): void {
  const counts = { ...config, middle: 1, coarseAttention: 1, multipliers: config.multipliers.length, quantiserKernel: 1 }
  for (const [name, value] of Object.entries(counts))
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
      throw new ConfigError(`autoencoder.${name}: expected a positive integer, got ${String(value)}`)
  for (const width of levelWidths(config))
    if (!Number.isInteger(width) || width % config.groups !== 0)
      throw new ConfigError(
        `autoencoder.groups: expected to divide the widths ${levelWidths(config).join(", ")}, got ${config.groups}; change width, multipliers or groups`,
      )
  if (config.quantiserKernel !== 0 && config.quantiserKernel % 2 !== 1)
    throw new ConfigError(`autoencoder.quantiserKernel: expected 0 or an odd side, got ${config.quantiserKernel}`)
}
