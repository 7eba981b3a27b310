import { z } from "zod"

/** A whole number from 1 on. */
export const count = z.number().int().min(1)
/** A whole number from 0 on. */
export const countOrNone = z.number().int().min(0)
/** A number from 0 to 1. */
export const share = z.number().min(0).max(1)
/** A number above 0. */
export const positive = z.number().positive()
/** A number from 0 on. */
export const weight = z.number().min(0)

/** What all trainings with AdamW and a cosine have in common. */
export const optimisation = {
  steps: count,
  batch: count,
  rate: positive,
  warmup: countOrNone,
  finalRate: share,
  betas: z.tuple([share, share]),
  weightDecay: weight,
  clipNorm: positive,
}
