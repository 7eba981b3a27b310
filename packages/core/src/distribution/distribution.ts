import type { RandomStream, tf } from "@scalewise/nn"

/** What a backward process predicts at one step: a law over draws, independent across the sites of a step (Eq. 18). */
export interface Distribution<Draw> {
  /** One draw per sample; row b depends on sample b's branch of `random` only. */
  sample(random: RandomStream): Draw
  /** The most probable draw. */
  mode(): Draw
  /** Natural log probability (density) of `draw`, summed over all sites. Shape [B]. */
  logProb(draw: Draw): tf.Tensor
  /** Entropy in nats, summed over all sites. Shape [B]. */
  entropy(): tf.Tensor
}
