import type { MultiScaleParameters, MultiScaleQuantiser } from "@scalewise/core"
import { ShapeError, tf, type Parameters } from "@scalewise/nn"

/** How our tokens of one scale differ from the reference's. */
export interface TokenComparison {
  /** How many differ. */
  readonly different: number
  /** Of these, by how much the reference's code is farther than ours at most: squared distances, relative to ours where that is above 1. */
  readonly gap: number
}

/** Options of `compareTokens`. */
export interface CompareTokensOptions {
  readonly parameters: MultiScaleParameters<Parameters>
  /** [B, H, W, C]. */
  readonly latent: tf.Tensor
  /** The sum of the reference's codes of the scales before; undefined at step 1. */
  readonly partial: tf.Tensor | undefined
  readonly step: number
  /** The reference's tokens of this scale, int32 [B, L_k]. */
  readonly expected: tf.Tensor
}

/**
 * Quantises one scale of what the reference's coarser codes leave of a latent, and compares the tokens with the reference's.
 *
 * @throws ShapeError where there are not as many tokens as the scale has sites
 */
export function compareTokens(
  { quantiser, form }: MultiScaleQuantiser,
  { parameters, latent, partial, step, expected }: CompareTokensOptions,
): TokenComparison {
  return tf.tidy(() => {
    const residual = form.residual(form.levels(latent), partial, step) // [B, h, w, C]
    const tokens = quantiser.encode(parameters.quantiser, residual, step)
    if (tokens.size !== expected.size)
      throw new ShapeError(`checkPublished: expected ${tokens.size} tokens at scale ${step}, got [${expected.shape.join(", ")}]`)
    const wanted = tf.reshape(expected, tokens.shape)
    const distanceTo = (ids: tf.Tensor) =>
      tf.sum(tf.square(tf.sub(residual, quantiser.decode(parameters.quantiser, ids, step))), -1).dataSync()
    const [own, reference] = [tokens.dataSync(), wanted.dataSync()]
    const [near, far] = [distanceTo(tokens), distanceTo(wanted)]
    let [different, gap] = [0, 0]
    for (let at = 0; at < own.length; at++) {
      if (own[at] === reference[at]) continue
      different++
      gap = Math.max(gap, (far[at]! - near[at]!) / Math.max(1, near[at]!))
    }
    return { different, gap }
  })
}
