import {
  evaluateReconstructions,
  reconstructImages,
  tokenizerReport,
  type ImageClassifier,
  type ImageModel,
  type ResidentImages,
  type TokenizerParameters,
} from "@scalewise/image"
import { compileFunction, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { TokenizerEvaluation } from "./evaluation.ts"

/** Options of `evaluateTokenizer`. */
export interface EvaluateTokenizerOptions {
  readonly model: ImageModel
  readonly test: ResidentImages
  readonly classifier: ImageClassifier
  readonly random: RandomStream
  readonly batch: number
  /** Rows whose reconstructions are kept for pictures. */
  readonly shown: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/** Reconstructions of the test images: errors, and what each scale adds. `pictures` are those of the shown rows after each scale. */
export async function evaluateTokenizer(
  options: EvaluateTokenizerOptions,
): Promise<{ evaluation: TokenizerEvaluation; pictures: Float32Array[] }> {
  const { model, test, classifier, random, batch, shown, signal } = options
  const { tokenizer, tokenizerParameters } = model
  const { multiScale, schedule } = tokenizer
  const { height, width, channels } = test
  const reconstructions = await lastScale(options)
  const scores = await evaluateReconstructions({
    originals: test,
    reconstructions: { images: reconstructions, height, width, channels },
    classifier,
    random,
    labels: test.labels,
    signal,
  })
  const pictures = await reconstructImages({ model, images: { images: test.read(shown), height, width, channels }, batch, signal })
  const report = await tokenizerReport(tokenizer, tokenizerParameters, test.images, batch)
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)
  const perScale = schedule.grids.map((grid, index) => ({
    scale: index + 1,
    grid,
    mse: report.mse[index]!,
    codesUsed: orNull(report.codesUsed[index]!),
    perplexity: orNull(report.perplexity[index]!),
    residualNorm: report.residualNorm[index]!,
  }))
  const codes = multiScale.quantiser.tokens === "ids" ? multiScale.quantiser.vocabulary : null
  return { evaluation: { ...scores, perScale, codes }, pictures }
}

/** The test images after all scales, [N, H, W, C]; compiled, and only the last of the pictures that `reconstructImages` would make. */
async function lastScale({ model, test, batch, signal }: EvaluateTokenizerOptions): Promise<Float32Array> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { multiScale } = tokenizer
  const reconstruct = compileFunction(
    (given: Parameters, { x }) => {
      const own = given as unknown as TokenizerParameters
      const { partial } = multiScale.encode(own.quantiser, tokenizer.encode(own, x!)).at(-1)!
      return tokenizer.render(own, multiScale.form.toLatent(partial))
    },
    { parameters },
  )
  const { size, height, width, channels } = test
  const pixels = height * width * channels
  const images = new Float32Array(size * pixels)
  try {
    for (let from = 0; from < size; from += batch) {
      signal?.throwIfAborted()
      const x = tf.tensor4d(test.images.subarray(from * pixels, (from + batch) * pixels), [
        Math.min(batch, size - from),
        height,
        width,
        channels,
      ])
      const picture = reconstruct({ x })
      images.set(await picture.data(), from * pixels)
      tf.dispose([x, picture])
    }
  } finally {
    reconstruct.dispose()
  }
  return images
}
