import {
  adamw,
  compile,
  disposeParameters,
  train,
  type Dataset,
  type Loss,
  type Parameters,
  type PreparedBatch,
  type RandomStream,
  type StepInputs,
} from "@scalewise/nn"
import type { CurvePoint } from "./learning-curve.ts"

/** What a run of one model needs. */
export interface TrainModelOptions<P extends Parameters> {
  /** Pure: captured as a graph where the backend can. */
  loss: Loss<P>
  /** Initial values; the caller's to dispose. */
  parameters: P
  dataset: Dataset
  /** Makes the inputs of the loss. @defaultValue the data as they are */
  prepare?(batch: PreparedBatch): StepInputs
  epochs: number
  /** Images per step; the incomplete last batch of an epoch is left out, because a captured step has fixed shapes. */
  batch: number
  rate: number
  weightDecay: number
  /** Source of order and noise: equal streams give equal batches and noise to different models. */
  random: RandomStream
  /** Points of the learning curve per epoch; there is one after the last step in any case. */
  evaluationsPerEpoch: number
  /** Test error of the parameters, intensities in [0, 1]. */
  evaluate(parameters: P): number | Promise<number>
  /** Called after each epoch with the parameters then, which are disposed afterwards. */
  afterEpoch?(epoch: number, parameters: P): void | Promise<void>
  /** Where time comes from and how steps run. */
  settings: RunSettings
}

/** Where a run gets its time from, how it computes and what stops it. */
export interface RunSettings {
  /** Milliseconds. */
  clock(): number
  /** How training steps run. @defaultValue "auto" */
  mode?: "auto" | "eager"
  /** Stops between two steps with the signal's reason. */
  signal?: AbortSignal
}

/** Says how far a training is. */
export interface TrainingProgress {
  epoch: number
  step: number
  steps: number
}

/** What a training leaves. */
export interface TrainedModel<P> {
  /** The caller's to dispose. */
  parameters: P
  curve: CurvePoint[]
  /** Mean training loss of each epoch, in the loss's own unit. */
  trainLoss: number[]
  /** Seconds of each epoch, evaluations left out. */
  seconds: number[]
  /** How the steps ran. */
  mode: "captured" | "eager"
}

/** Trains one model of Section 4 with AdamW, tells how far it is and returns what was learned. */
export async function* trainModel<P extends Parameters>({
  loss,
  parameters: initial,
  dataset,
  prepare,
  epochs,
  batch,
  rate,
  weightDecay,
  random,
  evaluationsPerEpoch,
  evaluate,
  afterEpoch,
  settings: { clock, mode = "auto", signal },
}: TrainModelOptions<P>): AsyncGenerator<TrainingProgress, TrainedModel<P>, undefined> {
  const stepsPerEpoch = Math.floor(dataset.size / batch)
  const steps = epochs * stepsPerEpoch
  const step = compile(loss, { parameters: initial, optimizer: adamw({ rate, weightDecay }), mode })
  const curve: CurvePoint[] = []
  const trainLoss: number[] = []
  const seconds: number[] = []
  let excluded = 0 // milliseconds that belong to no training
  let epochStarted = clock()

  const withParameters = async <T>(use: (parameters: P) => T | Promise<T>): Promise<T> => {
    const started = clock()
    const parameters = step.parameters()
    try {
      return await use(parameters)
    } finally {
      disposeParameters(parameters)
      excluded += clock() - started
    }
  }
  const evaluateNow = async () => {
    const mse = await withParameters(evaluate)
    curve.push({ epoch: step.step / stepsPerEpoch, mse })
    return { mse }
  }

  try {
    const everySteps = Math.max(1, Math.floor(stepsPerEpoch / evaluationsPerEpoch))
    const events = train({
      step,
      dataset,
      batchSize: batch,
      random,
      epochs,
      lastBatch: "drop",
      ...(prepare && { prepare }),
      evaluate: { everySteps, run: evaluateNow },
      clock,
      ...(signal && { signal }),
    })
    for await (const event of events) {
      if (event.type === "step") yield { epoch: event.epoch, step: event.step, steps }
      if (event.type === "epoch") {
        trainLoss.push(event.loss)
        seconds.push((clock() - epochStarted - excluded) / 1000)
        if (afterEpoch) await withParameters((parameters) => afterEpoch(event.epoch, parameters))
        epochStarted = clock()
        excluded = 0
      }
      if (event.type === "done" && event.reason === "aborted") signal?.throwIfAborted()
    }
    if (curve.at(-1)?.epoch !== epochs) await evaluateNow()
    return { parameters: step.parameters(), curve, trainLoss, seconds, mode: step.mode }
  } finally {
    step.dispose()
  }
}
