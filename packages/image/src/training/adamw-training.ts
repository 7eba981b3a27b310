import { adamw, cosine, type AdamWOptions, type Optimizer, type RandomStream } from "@scalewise/nn"

/** What trainings with AdamW under a cosine have in common, as plain JSON. */
export interface AdamWTraining {
  readonly steps: number
  readonly batch: number
  /** AdamW's rate at its highest. */
  readonly rate: number
  /** Steps in which the rate rises. */
  readonly warmup: number
  /** The rate at the end, as a part of `rate`. */
  readonly finalRate: number
  readonly betas: readonly [number, number]
  readonly weightDecay: number
  /** Largest norm of all gradients together. */
  readonly clipNorm: number
}

/** How any training of this package runs. */
export interface TrainingRunOptions {
  readonly random: RandomStream
  /** Where an interrupted training is kept and taken up again, bit for bit. @defaultValue nowhere */
  readonly folder?: string | undefined
  /** How steps run. @defaultValue "auto" */
  readonly mode?: "auto" | "eager"
  /** Finishes the step, saves, and stops with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds. */
  readonly clock: () => number
}

/** The optimiser of such a training. */
export function adamwOf(
  { rate, steps, warmup, finalRate, betas, weightDecay }: Omit<AdamWTraining, "batch" | "clipNorm">,
  groups?: AdamWOptions["groups"],
): Optimizer {
  return adamw({
    rate: cosine(rate, steps, { warmup: Math.min(warmup, steps - 1), final: finalRate }),
    betas,
    weightDecay,
    ...(groups && { groups }),
  })
}
