import { CheckpointError } from "@scalewise/nn"
import type { ImageModelConfig } from "../model/image-model.ts"
import { strideOf } from "../tokenizer/autoencoder-config.ts"
import { inferGenerator, type InferGeneratorOptions } from "./infer-generator.ts"
import { inferTokenizer, type PhiNaming } from "./infer-tokenizer.ts"
import type { TensorShapes } from "./tensor-shapes.ts"

/** Options of `inferPublished`. */
export interface InferPublishedOptions extends Omit<InferGeneratorOptions, "where"> {
  /** Names and shapes of the tokenizer's state dict. */
  readonly tokenizer: TensorShapes
  /** Names and shapes of the Transformer's. */
  readonly generator: TensorShapes
  /** The files, for messages. @defaultValue the networks' names */
  readonly files?: { readonly tokenizer: string; readonly generator: string }
}

/** The config of a model of ours that computes what a published VAR does. */
export interface InferredPublished {
  readonly config: ImageModelConfig
  /** How the state dict names the convolutions after upsampling. */
  readonly phiNaming: PhiNaming
}

/**
 * Every setting of a published VAR from the names and shapes of its tensors, and the numbers of one integer buffer, `lvl_1L`. Three settings
 * leave no trace and are those of the released models: 32 groups, phi ratio 0.5, nearest codes by distance.
 *
 * @throws CheckpointError where a setting cannot be seen or the two networks do not belong together
 */
export function inferPublished({
  tokenizer: tokenizerShapes,
  generator: generatorShapes,
  files = { tokenizer: "tokenizer", generator: "generator" },
  ...options
}: InferPublishedOptions): InferredPublished {
  const { autoencoder, codes, phi, phiNaming } = inferTokenizer(tokenizerShapes, files.tokenizer)
  const found = inferGenerator(generatorShapes, { ...options, where: files.generator })
  const { grids, generator } = found
  if (codes !== found.codes)
    throw new CheckpointError(
      `${files.generator}: expected the Transformer of a tokenizer with ${codes} codes, as ${files.tokenizer} has, found one for ${found.codes}; give two files that belong together`,
    )
  const side = grids.at(-1)! * strideOf(autoencoder)
  return {
    phiNaming,
    config: {
      tokenizer: {
        height: side,
        width: side,
        autoencoder,
        range: "symmetric",
        grids,
        form: "full-grid",
        quantiser: { kind: "vector", codes, codebooks: "shared", learning: "gradient", metric: "euclidean" },
        phi,
        likelihood: "none",
      },
      generator,
    },
  }
}
