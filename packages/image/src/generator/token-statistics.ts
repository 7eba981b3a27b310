import type { MultiScaleParameters } from "@scalewise/core"
import { compileFunction, tf, type Dataset, type Parameters } from "@scalewise/nn"
import type { Tokenizer } from "../tokenizer/tokenizer.ts"
import { siteLoss, splitScales, teacherForced } from "./generator-loss.ts"
import type { GeneratorParameters, NextScaleTransformer } from "./next-scale-transformer.ts"

/** Exact token likelihoods of a data set (Eq. 2), in nats. Index k - 1 is scale k. */
export interface TokenScores {
  readonly images: number
  /** -log p(tokens | class) of an image. */
  readonly nats: number
  /** -log p of a site of each scale, given the class. */
  readonly perScale: readonly number[]
  /** The same two without the class. */
  readonly unconditionalNats: number
  readonly unconditionalPerScale: readonly number[]
}

/** Options of `tokenStatistics`. */
export interface TokenStatisticsOptions {
  readonly transformer: NextScaleTransformer
  readonly tokenizer: Tokenizer
  readonly generator: GeneratorParameters
  readonly quantiser: MultiScaleParameters<Parameters>
  /** `label` int32 [B] and `tokens` [B, L, ...], or `latent`. */
  readonly dataset: Dataset
  /** Images at a time. @defaultValue 250 */
  readonly batch?: number
}

/** The mean exact likelihood of the tokens of a data set, with and without its classes: one teacher-forced pass each. */
export async function tokenStatistics({
  transformer,
  tokenizer,
  generator,
  quantiser,
  dataset,
  batch = 250,
}: TokenStatisticsOptions): Promise<TokenScores> {
  const { schedule } = tokenizer
  const perScaleOf = compileFunction(
    (parameters: Parameters, inputs) => {
      const { tokens, contexts } = teacherForced(tokenizer, quantiser, inputs)
      const { logits } = transformer.apply(parameters as unknown as GeneratorParameters, {
        labels: inputs["label"]!,
        scales: { from: 1, to: schedule.steps },
        contexts,
      })
      return tf.stack(splitScales(siteLoss(logits, tokens, 0), schedule.tokens).map((nats) => tf.sum(nats)))
    },
    { parameters: generator },
  )
  const sums = { conditional: new Float64Array(schedule.steps), unconditional: new Float64Array(schedule.steps) }
  for (let from = 0; from < dataset.size; from += batch) {
    const rows = Int32Array.from({ length: Math.min(batch, dataset.size - from) }, (_, index) => from + index)
    const data = await dataset.gather(rows)
    const nullLabel = tf.fill([rows.length], transformer.config.classes, "int32")
    for (const [name, label] of [
      ["conditional", data["label"]!],
      ["unconditional", nullLabel],
    ] as const) {
      // prettier-ignore
      const found = perScaleOf({ ...data, label })
      for (const [scale, value] of Array.from(await found.data()).entries()) sums[name][scale]! += value / dataset.size
      found.dispose()
    }
    tf.dispose([nullLabel, data])
  }
  perScaleOf.dispose()
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)
  const perSite = (values: Float64Array): number[] => Array.from(values, (value, scale) => value / schedule.tokens[scale]!)
  return {
    images: dataset.size,
    nats: total(sums.conditional),
    perScale: perSite(sums.conditional),
    unconditionalNats: total(sums.unconditional),
    unconditionalPerScale: perSite(sums.unconditional),
  }
}
