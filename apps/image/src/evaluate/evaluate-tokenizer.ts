import {
  evaluateReconstructions,
  reconstructImages,
  tokenizerReport,
  type ImageClassifier,
  type ImageModel,
  type ResidentImages,
} from "@scalewise/image"
import type { RandomStream } from "@scalewise/nn"
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
  const reconstructions = await reconstructImages({ model, images: test, batch, signal })
  const { height, width, channels } = test
  const scores = await evaluateReconstructions({
    originals: test,
    reconstructions: { images: reconstructions.at(-1)!, height, width, channels },
    classifier,
    random,
    labels: test.labels,
    signal,
  })
  const pixels = height * width * channels
  const pictures = reconstructions.map((images) => {
    const chosen = new Float32Array(shown.length * pixels)
    for (const [index, row] of shown.entries()) chosen.set(images.subarray(row * pixels, (row + 1) * pixels), index * pixels)
    return chosen
  })
  reconstructions.length = 0
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
