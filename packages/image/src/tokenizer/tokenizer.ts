import {
  bitwise,
  discretisedLogistic,
  gridSchedule,
  multiScaleQuantiser,
  pyramidProcess,
  type Distribution,
  type ForwardProcess,
  type GridSchedule,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
} from "@scalewise/core"
import { layers, ShapeError, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { decoder, type DecoderParameters } from "./decoder.ts"
import { encoder, type EncoderParameters } from "./encoder.ts"
import { scaleQuantiser } from "./scale-quantiser.ts"
import { checkTokenizer, type TokenizerConfig } from "./tokenizer-config.ts"

/** Parameters of a tokenizer. The two convolutions are there where the config has a kernel for them, `logScale` with a logistic decoder. */
export type TokenizerParameters = {
  readonly encoder: EncoderParameters
  readonly preQuantiser?: layers.WeightAndBias & Parameters
  readonly quantiser: MultiScaleParameters<Parameters>
  readonly postQuantiser?: layers.WeightAndBias & Parameters
  readonly decoder: DecoderParameters
  /** Natural log of the scale of the pixel law, [imageChannels]. */
  readonly logScale?: tf.Tensor
}

/** A multi-scale residual VQ-VAE: pictures to one token map for each scale, and back. */
export interface Tokenizer {
  readonly config: TokenizerConfig
  /** The grids of the token maps. */
  readonly schedule: GridSchedule
  /** What turns latents into tokens and tokens into partial sums. */
  readonly multiScale: MultiScaleQuantiser
  init(random: RandomStream): TokenizerParameters
  /** Eq. (12): images [B, H, W, C], intensities in [0, 1], to latents [B, h, w, latentChannels]. */
  encode(parameters: TokenizerParameters, images: tf.Tensor): tf.Tensor
  /** Eq. (20) without its last step: latents to the decoder's own numbers [B, H, W, C], which `picture` and `law` read. */
  decode(parameters: TokenizerParameters, latent: tf.Tensor): tf.Tensor
  /** The decoder's numbers as intensities in [0, 1]; not clipped where the decoder has no likelihood. */
  picture(output: tf.Tensor): tf.Tensor
  /** p(x | tokens), the law over images that the decoder's numbers stand for; undefined where it has no likelihood. */
  law(parameters: TokenizerParameters, output: tf.Tensor): Distribution<tf.Tensor> | undefined
  /** Eq. (20): latents, or partial sums brought to the latent grid, to pictures [B, H, W, C] clipped to [0, 1]. */
  render(parameters: TokenizerParameters, latent: tf.Tensor): tf.Tensor
  /** q with these parameters: images [B, H, W, C] to the tokens [B, L_k] of each scale (Eqs. 12-16). */
  forward(parameters: TokenizerParameters): ForwardProcess<tf.Tensor, tf.Tensor>
}

/**
 * A tokenizer of that config (VAR's, arXiv 2404.02905, sections 3.2 and 4; Eqs. 12-16 and 20 of the paper).
 *
 * @throws ConfigError for settings that do not fit together
 */
export function tokenizer(config: TokenizerConfig): Tokenizer {
  checkTokenizer(config)
  const { autoencoder, range, likelihood } = config
  const { latentChannels: channels, imageChannels, quantiserKernel } = autoencoder
  const schedule = gridSchedule(config.grids)
  const multiScale = multiScaleQuantiser({
    schedule,
    quantiser: scaleQuantiser(config.quantiser, { channels, scales: schedule.steps }),
    form: config.form,
    phi: config.phi.count > 0 ? config.phi : undefined,
  })
  const encode = encoder(autoencoder)
  const decode = decoder(autoencoder)
  const convolution = quantiserKernel === 0 ? undefined : layers.conv2d({ inputs: channels, outputs: channels, size: quantiserKernel })

  const self: Tokenizer = {
    config,
    schedule,
    multiScale,
    init: (random) => ({
      encoder: encode.init(random.fold("encoder")),
      ...(convolution && { preQuantiser: convolution.init(random.fold("preQuantiser")) }),
      quantiser: multiScale.init(random.fold("quantiser")),
      ...(convolution && { postQuantiser: convolution.init(random.fold("postQuantiser")) }),
      decoder: decode.init(random.fold("decoder")),
      ...(likelihood === "logistic" && { logScale: tf.fill([imageChannels], -2) }),
    }),
    encode(parameters, images) {
      const expected = [config.height, config.width, imageChannels]
      if (images.rank !== 4 || images.shape.slice(1).join() !== expected.join())
        throw new ShapeError(`image tokenizer encode: expected [B, ${expected.join(", ")}], got [${images.shape.join(", ")}]`)
      return tf.tidy(() => {
        const features = encode.apply(parameters.encoder, range === "unit" ? images : tf.sub(tf.mul(images, 2), 1))
        return convolution ? convolution.apply(parameters.preQuantiser!, features) : features
      })
    },
    decode: (parameters, latent) =>
      tf.tidy(() => decode.apply(parameters.decoder, convolution ? convolution.apply(parameters.postQuantiser!, latent) : latent)),
    picture(output) {
      if (likelihood === "bernoulli") return tf.sigmoid(output)
      return range === "unit" ? output : tf.mul(tf.add(output, 1), 0.5)
    },
    law(parameters, output) {
      if (likelihood === "none") return undefined
      if (likelihood === "bernoulli") {
        const pixels = bitwise(output)
        // Its draws are whole numbers; those of other laws over pictures are intensities
        return {
          ...pixels,
          sample: (random) => tf.cast(pixels.sample(random), "float32"),
          mode: () => tf.cast(pixels.mode(), "float32"),
        }
      }
      return discretisedLogistic({ mean: self.picture(output), logScale: parameters.logScale! })
    },
    render: (parameters, latent) => tf.tidy(() => tf.clipByValue(self.picture(self.decode(parameters, latent)), 0, 1)),
    forward(parameters) {
      const pyramid = pyramidProcess(multiScale, parameters.quantiser)
      return { steps: pyramid.steps, targets: (images, random) => tf.tidy(() => pyramid.targets(self.encode(parameters, images), random)) }
    },
  }
  return self
}
