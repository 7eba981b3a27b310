import { type ScaleCode } from "@scalewise/core"
import { ConfigError, ops, tf, type Loss, type RandomStream, type StepInputs } from "@scalewise/nn"
import type { Tokenizer, TokenizerParameters } from "./tokenizer.ts"

/** What a tokenizer is trained for, as plain JSON. */
export interface TokenizerLossConfig {
  /** How far a picture is from its reconstruction. A decoder with a likelihood uses that instead, in nats for each number. */
  readonly pixel: "mse" | "l1"
  /** Weight of the codebook and commitment terms of Eq. (1), meaned over scales. */
  readonly quantiser: number
  /** beta of Eq. (1). */
  readonly commitment: number
  /** Weight of the quantiser's own regulariser (the entropy of sign codes). */
  readonly entropy: number
  /** Weight of the squared distance of the features of a small network, which `tokenizerLoss` is then given. */
  readonly perceptual: number
  /**
   * Share of the samples that are decoded from the partial sum after a random earlier scale, from the second one on: it makes every partial
   * sum a picture, and the tokens of fine scales predictable.
   */
  readonly prefixDropout: number
}

/** Options of `tokenizerLoss`. */
export interface TokenizerLossOptions {
  /** Features of images [B, H, W, C] in [0, 1], for the perceptual term. */
  readonly features?: ((images: tf.Tensor) => tf.Tensor) | undefined
}

/**
 * The loss of one step: a pure function of parameters and { image [B, H, W, C] in [0, 1], prefix int32 [B] } (see `drawPrefixes`).
 * Besides `loss` it returns `reconstruction` (the first term), `mse`, and for each scale k `tokens.k` and `residual.k`, which
 * `codebookUpkeep` wants.
 */
export function tokenizerLoss(
  tokenizer: Tokenizer,
  config: TokenizerLossConfig,
  { features }: TokenizerLossOptions = {},
): Loss<TokenizerParameters> {
  const { multiScale, schedule } = tokenizer
  if (config.perceptual > 0 && !features)
    throw new ConfigError("tokenizer loss: expected the features of a network for the perceptual term, got none; give them, or weight 0")
  return (parameters, inputs) => {
    const image = inputs["image"]!
    const latent = tokenizer.encode(parameters, image)
    const codes = multiScale.encode(parameters.quantiser, latent)
    const passed = ops.straightThrough(prefixSum(codes, inputs["prefix"]!), latent)
    const output = tokenizer.decode(parameters, passed)
    const terms = [reconstructionTerm(tokenizer, parameters, image, output, config)]
    const picture = tokenizer.picture(output)
    if (config.quantiser > 0) terms.push(tf.mul(multiScale.loss(latent, codes, { commitment: config.commitment }), config.quantiser))
    if (config.entropy > 0) terms.push(tf.mul(multiScale.regulariser(parameters.quantiser, codes), config.entropy))
    if (config.perceptual > 0 && features)
      terms.push(tf.mul(tf.mean(tf.squaredDifference(features(picture), features(image))), config.perceptual))
    const perScale = codes.flatMap(({ tokens, residual }, index) => [
      [`tokens.${index + 1}`, ops.stopGradient(tokens)],
      [`residual.${index + 1}`, ops.stopGradient(residual)],
    ])
    return {
      loss: terms.length === 1 ? terms[0]! : tf.addN(terms),
      reconstruction: terms[0]!,
      mse: tf.mean(tf.squaredDifference(picture, image)),
      ...Object.fromEntries(perScale),
    }
  }

  /** For each sample the sum of its first `prefix` scales, on the grid of the latent. */
  function prefixSum(codes: readonly ScaleCode[], prefix: tf.Tensor): tf.Tensor {
    const whole = multiScale.form.toLatent(codes.at(-1)!.partial)
    if (config.prefixDropout === 0) return whole
    const parts = codes.map(({ partial }, index) => {
      const chosen = tf.cast(tf.equal(prefix, tf.scalar(index + 1, "int32")), "float32")
      return tf.mul(multiScale.form.toLatent(partial), tf.reshape(chosen, [-1, 1, 1, 1]))
    })
    return schedule.steps === 1 ? whole : tf.addN(parts)
  }
}

/** The loss of the steps before there is a codebook: how well the un-quantised latent is decoded. */
export function autoencoderLoss(tokenizer: Tokenizer, config: TokenizerLossConfig): Loss<TokenizerParameters> {
  return (parameters, inputs) => {
    const image = inputs["image"]!
    const output = tokenizer.decode(parameters, tokenizer.encode(parameters, image))
    return {
      loss: reconstructionTerm(tokenizer, parameters, image, output, config),
      mse: tf.mean(tf.squaredDifference(tokenizer.picture(output), image)),
    }
  }
}

function reconstructionTerm(
  tokenizer: Tokenizer,
  parameters: TokenizerParameters,
  image: tf.Tensor,
  output: tf.Tensor,
  { pixel }: TokenizerLossConfig,
): tf.Tensor {
  const law = tokenizer.law(parameters, output)
  if (law) return tf.mul(tf.mean(law.logProb(image)), -image.shape[0] / image.size)
  const difference = tf.sub(tokenizer.picture(output), image)
  return tf.mean(pixel === "mse" ? tf.square(difference) : tf.abs(difference))
}

/**
 * For each sample the scale after which it is decoded, int32 [B]: K, or with probability `rate` one of 2 .. K - 1.
 *
 * @param random - a stream with one branch for each of the `batch` samples
 */
export function drawPrefixes(random: RandomStream, { batch, scales, rate }: { batch: number; scales: number; rate: number }): tf.Tensor {
  const uniforms = random.fold("prefix").uniformValues([batch, 2])
  const earlier = scales - 2
  const prefixes = Int32Array.from({ length: batch }, (_, b) =>
    earlier > 0 && uniforms[2 * b]! < rate ? 2 + Math.floor(uniforms[2 * b + 1]! * earlier) : scales,
  )
  return tf.tensor1d(prefixes, "int32")
}

/** What one step of `tokenizerLoss` takes beside the images. */
export const tokenizerInputs = (
  data: StepInputs,
  random: RandomStream,
  { scales, rate }: { readonly scales: number; readonly rate: number },
): StepInputs => ({ image: data["image"]!, prefix: drawPrefixes(random, { batch: data["image"]!.shape[0], scales, rate }) })
