import { mapParameters, randomStream, tf, type Parameters } from "@scalewise/nn"
import type { GeneratorConfig } from "../generator/generator-config.ts"
import { generatorOf, imageModel, type ImageModel } from "../model/image-model.ts"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import type { TokenizerConfig } from "../tokenizer/tokenizer-config.ts"
import { tinyTokenizer } from "./tiny-tokenizer.ts"

/** Options of `tinyImageModel`. */
export interface TinyImageModelOptions {
  readonly generator?: Partial<GeneratorConfig>
  readonly tokenizer?: Partial<TokenizerConfig>
  /** @defaultValue 0 */
  readonly seed?: number
}

const tokenizerConfig: TokenizerConfig = {
  ...tinyTokenizer,
  autoencoder: { ...tinyTokenizer.autoencoder, multipliers: [1, 1], groups: 2, patch: 1, patchWidth: 1 },
  grids: [1, 2, 3, 4],
  quantiser: { kind: "vector", codes: 12, codebooks: "shared", learning: "gradient", metric: "euclidean" },
}

const generatorConfig: GeneratorConfig = {
  width: 16,
  depth: 2,
  heads: 2,
  feedForward: 2,
  classes: 3,
  modulation: "shared",
  attentionNorm: false,
  attentionFactor: 1,
  context: "all",
  window: 0,
  gateStart: 0.5,
}

/** A model of random weights, large enough that all parts matter: pictures 8 x 8, 4 scales, 30 tokens, 3 classes. */
export function tinyImageModel({ generator, tokenizer: own, seed = 0 }: TinyImageModelOptions = {}): ImageModel {
  const random = randomStream(seed)
  const config = { tokenizer: { ...tokenizerConfig, ...own }, generator: { ...generatorConfig, ...generator }, classes: ["a", "b", "c"] }
  const made = tokenizer(config.tokenizer)
  const shaken = <P extends Parameters>(parameters: P, deviation: number): P =>
    mapParameters(parameters, (tensor, name) =>
      tf.tidy(() => {
        const noisy = tf.add(tensor, tf.mul(random.fold(name).normal(tensor.shape), deviation))
        return name.endsWith("gain") ? tf.abs(noisy) : noisy
      }),
    )
  return imageModel({
    config,
    tokenizerParameters: tf.tidy(() => shaken(made.init(random.fold("tokenizer")), 0.1)),
    generatorParameters: tf.tidy(() => shaken(generatorOf(made, config.generator).init(random.fold("generator")), 0.3)),
  })
}

/** The kinds of generator that every property must hold for. */
export const tinyVariants: Readonly<Record<string, TinyImageModelOptions>> = {
  VAR: {},
  "VAR with attention normalisation and modulation of its own": { generator: { attentionNorm: true, modulation: "own" } },
  "first-order context": { generator: { context: "previous" } },
  "no context but the partial sum": { generator: { context: "own" } },
  "a window": { generator: { window: 3 } },
  "first-order context and a window": { generator: { context: "previous", window: 3, attentionNorm: true } },
  "bits on a growing grid": {
    tokenizer: { quantiser: { kind: "bitwise", tokens: "bits" }, form: "own-grid", phi: { count: 0, ratio: 0 } },
  },
  "a codebook for each scale, unconditional": {
    tokenizer: { quantiser: { kind: "vector", codes: 12, codebooks: "per-scale", learning: "gradient", metric: "cosine" } },
    generator: { classes: 0 },
  },
}
