import { tf } from "@scalewise/nn"
import { categorical } from "../distribution/categorical.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import type { RefinementModel } from "../process/log-likelihood.ts"

/** What the tiny pyramid refines: the reconstruction [B, 2], and the tokens drawn so far [B, n]. */
export interface TwoScaleState {
  context: tf.Tensor
  tokens: tf.Tensor
}

/** A number that shifts the logits; 0 is no condition. */
export interface TwoScaleCondition {
  label: number
}

const coarseEmbedding = [-0.7, 0.3, 1.1] // 3 entries
const fineEmbedding = [-0.25, 0.5] // 2 entries
const coarseLogits = (label: number): number[] => [0.2, -0.4, 0.5 + label]
const fineLogits = (context: number, site: number, label: number): number[] => [context * (site + 1) + label, 0.3 - context]

/**
 * A pyramid small enough to enumerate: one coarse token of 3 entries, then two fine tokens of 2 entries each that
 * depend on the upsampled coarse embedding. Its exact law is `twoScaleProbability`.
 */
export const twoScaleProcess: BackwardProcess<TwoScaleState, tf.Tensor, TwoScaleCondition, tf.Tensor> = {
  steps: 2,
  unconditional: () => ({ label: 0 }),
  start: (batch) => ({ context: tf.zeros([batch, 2]), tokens: tf.zeros([batch, 0], "int32") }),
  predict({ context }, step, { label }) {
    const batch = context.shape[0]
    if (step === 1) return categorical(tf.tile(tf.tensor3d([[coarseLogits(label)]]), [batch, 1, 1]))
    const first = context.mul(tf.tensor1d([1, 2])).add(label)
    return categorical(tf.stack([first, context.neg().add(0.3)], -1)) // [B, 2, 2]
  },
  advance: ({ context, tokens }, step, draw) => ({
    context: context.add(tf.gather(tf.tensor1d(step === 1 ? coarseEmbedding : fineEmbedding), draw.toInt())), // Eq. 19; [B, 1] spreads over both sites
    tokens: tf.concat([tokens, draw.toInt()], 1),
  }),
  readout: ({ context }) => context,
}

/** Bits [B, 2] as data: the coarse target counts them, the fine ones are the bits. */
export const twoScaleModel: RefinementModel<tf.Tensor, TwoScaleState, tf.Tensor, TwoScaleCondition, tf.Tensor> = {
  forward: { steps: 2, targets: (bits) => [bits.sum(1, true).toInt(), bits.toInt()] },
  process: twoScaleProcess,
}

/** Every (coarse, fine, fine) with a probability. */
export const twoScaleOutcomes: readonly (readonly [number, number, number])[] = [0, 1, 2].flatMap((a) =>
  [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c] as const)),
)

/** p(tokens), in float64 and without tensors. */
export function twoScaleProbability([a, b, c]: readonly [number, number, number], label = 0): number {
  const context = coarseEmbedding[a]!
  return softmax(coarseLogits(label))[a]! * softmax(fineLogits(context, 0, label))[b]! * softmax(fineLogits(context, 1, label))[c]!
}

/** What the tokens decode to. */
export const twoScaleReadout = ([a, b, c]: readonly [number, number, number]): readonly [number, number] => [
  coarseEmbedding[a]! + fineEmbedding[b]!,
  coarseEmbedding[a]! + fineEmbedding[c]!,
]

const softmax = (logits: readonly number[]): number[] => {
  const weights = logits.map(Math.exp)
  return weights.map((weight) => weight / weights.reduce((sum, other) => sum + other))
}
