import { flipBits, type GridSchedule, type MultiScaleParameters } from "@scalewise/core"
import { ConfigError, ops, tf, type Loss, type Parameters, type StepInputs } from "@scalewise/nn"
import type { Tokenizer } from "../tokenizer/tokenizer.ts"
import type { GeneratorParameters, NextScaleTransformer } from "./next-scale-transformer.ts"

// B batch, L sites, L_k of scale k, V codes, d bits

/** What a generator is trained for, as plain JSON. */
export interface GeneratorLossConfig {
  /** Share of each target that is spread over all codes. */
  readonly labelSmoothing: number
  /** Weight of the sites of each scale; empty is 1 for all, as in VAR. */
  readonly scaleWeights: readonly number[]
}

/** @throws ConfigError for weights that are not one for each scale */
export function checkScaleWeights(
  { scaleWeights }: Pick<GeneratorLossConfig, "scaleWeights">,
  { steps }: Pick<GridSchedule, "steps">,
): void {
  if (scaleWeights.length > 0 && scaleWeights.length !== steps)
    throw new ConfigError(`generator loss: expected one weight for each of the ${steps} scales, got ${scaleWeights.length}`)
}

/**
 * The loss of one teacher-forced step: a pure function of parameters and inputs, which returns the mean cross-entropy of a site (of a bit
 * where tokens are bits), `nats` per image, and the nats of a site of each scale, `nats.k`.
 *
 * Inputs: `label` int32 [B], the null class where it was dropped; `tokens` int32 [B, L] or [B, L, d]; or, for self-correction, `latent`
 * [B, h, w, Z] and the bits to flip at each scale, `flips.k` int32 [B, L_k, d]. Optional: `scaleShare` [B, K], which multiplies the weights
 * (0 drops a scale).
 */
export function generatorLoss(
  transformer: NextScaleTransformer,
  tokenizer: Tokenizer,
  quantiser: MultiScaleParameters<Parameters>,
  { labelSmoothing, scaleWeights }: GeneratorLossConfig,
): Loss<GeneratorParameters> {
  const { schedule } = tokenizer
  checkScaleWeights({ scaleWeights }, schedule)
  const weightOf = (scale: number): number => scaleWeights[scale] ?? 1
  return (parameters, inputs) => {
    const { tokens, contexts } = teacherForced(tokenizer, quantiser, inputs)
    const labels = inputs["label"]!
    const { logits } = transformer.apply(parameters, { labels, scales: { from: 1, to: schedule.steps }, contexts })
    const perSite = siteLoss(logits, tokens, labelSmoothing) // [B, L]
    const exact = labelSmoothing === 0 ? perSite : siteLoss(logits, tokens, 0)
    const ofScale = (values: tf.Tensor, scale: number): tf.Tensor =>
      tf.slice(values, [0, schedule.offsets[scale]!], [values.shape[0], schedule.tokens[scale]!])
    const shares = inputs["scaleShare"]
    const weighted = schedule.tokens.map((_, scale) => {
      const sums = tf.sum(ofScale(perSite, scale), 1) // [B]
      const share = shares && tf.reshape(tf.slice(shares, [0, scale], [shares.shape[0], 1]), [-1])
      return tf.mul(share ? tf.mul(sums, share) : sums, weightOf(scale))
    })
    const weight = schedule.tokens.reduce((sum, count, scale) => sum + count * weightOf(scale), 0)
    const perScale = schedule.tokens.map((_, scale) => [`nats.${scale + 1}`, ops.stopGradient(tf.mean(ofScale(exact, scale)))])
    return {
      loss: tf.div(tf.mean(tf.addN(weighted)), weight),
      nats: ops.stopGradient(tf.mul(tf.mean(exact), schedule.length)),
      ...(Object.fromEntries(perScale) as Record<string, tf.Tensor>),
    }
  }
}

/** The targets [B, L] or [B, L, d] and what the sampler would have seen had it drawn them: contexts [B, L - L_1, Z]. */
export function teacherForced(
  { multiScale, schedule }: Tokenizer,
  quantiser: MultiScaleParameters<Parameters>,
  inputs: StepInputs,
): { tokens: tf.Tensor; contexts: tf.Tensor } {
  const { latent, tokens } = inputs
  if (tokens) {
    const perScale = splitScales(tokens, schedule.tokens)
    return { tokens, contexts: multiScale.teacherInputs(multiScale.accumulate(quantiser, perScale)) }
  }
  const codes = multiScale.encode(quantiser, latent!, {
    corrupt: (bits, step) => (inputs[`flips.${step}`] ? flipBits(bits, inputs[`flips.${step}`]!) : bits),
  })
  return {
    tokens: tf.concat(
      codes.map((code) => code.tokens),
      1,
    ),
    contexts: multiScale.teacherInputs(codes.map(({ partial }) => partial)),
  }
}

/** Tokens [B, L, ...] of all scales as one tensor [B, L_k, ...] for each. */
export const splitScales = (tokens: tf.Tensor, counts: readonly number[]): tf.Tensor[] =>
  counts.length === 1 ? [tokens] : tf.split(tokens, [...counts], 1)

/** -log p of each site in nats [B, L], towards targets that are smoothed by `smoothing`. */
export function siteLoss(logits: tf.Tensor, tokens: tf.Tensor, smoothing: number): tf.Tensor {
  if (tokens.rank === 3) {
    const bits = tf.cast(tokens, "float32")
    const targets = smoothing === 0 ? bits : tf.add(tf.mul(bits, 1 - smoothing), smoothing / 2)
    return tf.sum(ops.binaryCrossEntropyWithLogits(logits, targets), -1)
  }
  const hard = ops.crossEntropy(logits, tokens)
  if (smoothing === 0) return hard
  const spread = tf.neg(tf.mean(ops.logSoftmax(logits), -1)) // cross-entropy to an even law
  return tf.add(tf.mul(hard, 1 - smoothing), tf.mul(spread, smoothing))
}
