import type { RandomStream, tf } from "@scalewise/nn"

/**
 * What a backward process predicts at one step: a law over draws, independent across the sites of a step (Eq. 18).
 * A plain record of functions and tensors, not an instance of a class: wrappers copy its members. Its tensors belong to
 * the `tf.tidy` that it was made in.
 */
export interface Distribution<Draw> {
  /** One draw per sample; row b depends on sample b's branch of `random` only. */
  sample(random: RandomStream): Draw
  /** The most probable draw. */
  mode(): Draw
  /** Natural log probability (density) of `draw`, summed over all sites. Shape [B]. */
  logProb(draw: Draw): tf.Tensor
  /** Entropy in nats, summed over all sites. Shape [B]. */
  entropy(): tf.Tensor
  /**
   * The law moved from `unconditional`, of the same family, through this one and beyond: u + scale (c - u) in the
   * family's natural place (logits, means). A scale of 1 is this law itself. Absent where guidance has no meaning.
   */
  guidedFrom?(unconditional: Distribution<Draw>, scale: number): Distribution<Draw>
  /** The law with its logits [..., V] replaced by `map` of them (temperature, top-k). Absent where there are none. */
  mapLogits?(map: (logits: tf.Tensor) => tf.Tensor): Distribution<Draw>
}
