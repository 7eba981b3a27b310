import { adamw, type AdamWOptions } from "../optimizer/adamw.ts"
import type { Optimizer } from "../optimizer/optimizer.ts"
import { cosine } from "../optimizer/schedule.ts"
import type { RandomStream } from "../random/random-stream.ts"

/** What trainings with AdamW under a cosine have in common, as plain JSON. */
export interface AdamWTraining {
  /** Samples in a batch. */
  readonly batch: number
  /** AdamW's rate at its highest. */
  readonly rate: number
  /** Steps in which the rate rises. */
  readonly warmup: number
  /** The rate at the end, as a part of `rate`. */
  readonly finalRate: number
  /** @defaultValue AdamW's */
  readonly betas?: readonly [number, number]
  readonly weightDecay: number
  /** Largest norm of all gradients together. */
  readonly clipNorm: number
}

/** How any training runs. */
export interface TrainingRun {
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

/** The optimiser of a training of so many steps. */
export function adamwOf(
  { rate, warmup, finalRate, betas, weightDecay }: Omit<AdamWTraining, "batch" | "clipNorm">,
  { steps, groups }: { readonly steps: number; readonly groups?: AdamWOptions["groups"] },
): Optimizer {
  return adamw({
    rate: cosine(rate, steps, { warmup: Math.min(warmup, steps - 1), final: finalRate }),
    ...(betas && { betas }),
    weightDecay,
    ...(groups && { groups }),
  })
}

/** Groups in which matrices alone decay: parameters whose names end in "weight". */
export const onlyWeightsDecay: NonNullable<AdamWOptions["groups"]> = (name) => (name.endsWith("weight") ? undefined : { weightDecay: 0 })
