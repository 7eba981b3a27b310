import { adamw, cosine, type Optimizer, type RandomStream } from "@scalewise/nn"

/** How a network is trained, as plain JSON. */
export interface GraphTraining {
  readonly steps: number
  /** Examples in a batch. */
  readonly batch: number
  /** AdamW's rate at its highest. */
  readonly rate: number
  /** Steps in which the rate rises. */
  readonly warmup: number
  /** The rate at the end, as a part of `rate`. */
  readonly finalRate: number
  readonly weightDecay: number
  /** Largest norm of all gradients together. */
  readonly clipNorm: number
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly ema: number
  /** Share of the examples where nothing is revealed. */
  readonly nothing: number
}

/** The part of it that any network has: what is revealed does not matter. */
export type NetworkTraining = Omit<GraphTraining, "nothing">

/** How any training of this package runs. */
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

/** The optimiser of a training; only matrices decay. */
export const optimizerOf = ({ rate, steps, warmup, finalRate, weightDecay }: NetworkTraining): Optimizer =>
  adamw({
    rate: cosine(rate, steps, { warmup: Math.min(warmup, steps - 1), final: finalRate }),
    weightDecay,
    groups: (name) => (name.endsWith("weight") ? undefined : { weightDecay: 0 }),
  })
