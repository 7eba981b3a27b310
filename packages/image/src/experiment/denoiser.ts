import type { Loss, Parameters, RandomStream, tf } from "@scalewise/nn"

// Letters: B batch, P pixels.

/** What a loss may ask for beside `noisy` [B, P]: the clean image [B, P], its latent [B, D], its code [B], its bits [B, bits]. */
export type TargetName = "clean" | "latent" | "code" | `bits${number}`

/** One model of Section 4: how it starts, what it minimises and what it makes of noisy images. */
export interface Denoiser<P extends Parameters = Parameters> {
  /** Names of the targets that `loss` needs beside `noisy`. */
  targets: readonly TargetName[]
  init(random: RandomStream): P
  /** Pure; inputs `noisy` and the targets. */
  loss: Loss<P>
  /**
   * Clean images for noisy ones, [B, P] each; `image` is the model's answer, other names are other ways to read the same
   * network. The tensors are the caller's.
   */
  restore(parameters: P, noisyBP: tf.Tensor): Promise<{ image: tf.Tensor } & Record<string, tf.Tensor>>
}
