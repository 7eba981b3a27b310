import {
  adamwOf,
  compile,
  disposeParameters,
  type Loss,
  onlyWeightsDecay,
  type Parameters,
  type PreparedBatch,
  type StepInputs,
  train,
  type TrainEvent,
  type TrainingRun,
  type TrainStep,
} from "@scalewise/nn"
import type { NetworkTraining } from "./graph-training.ts"

/** Options of `trainNetwork`. */
export interface TrainNetworkOptions extends TrainingRun {
  readonly training: NetworkTraining
  /** Handed over. */
  readonly initial: Parameters
  readonly loss: Loss<Parameters>
  /** Size of the training set. */
  readonly examples: number
  /** Wraps the step, to do more than it does. @defaultValue the step itself */
  readonly around?: (step: TrainStep<Parameters>) => TrainStep<Parameters>
  /** Makes the inputs of one step of the examples with these numbers; all randomness comes from `stepRandom`. */
  readonly inputs: (batch: Pick<PreparedBatch, "indices" | "stepRandom">) => StepInputs
}

/** What a training leaves; the parameters are the caller's. */
export interface TrainedNetwork {
  readonly parameters: Parameters
  readonly mode: "captured" | "eager"
  readonly fallbackReason: string | undefined
  readonly seconds: number
}

/** Trains networks whose batches are graphs of many sizes; the averaged parameters are kept. */
export async function* trainNetwork(options: TrainNetworkOptions): AsyncGenerator<TrainEvent, TrainedNetwork, undefined> {
  const { training, initial, loss, examples, inputs, random, folder, signal, clock, mode = "auto", around = (plain) => plain } = options
  const step = around(
    compile(loss, {
      parameters: initial,
      optimizer: adamwOf(training, { steps: training.steps, groups: onlyWeightsDecay }),
      clipNorm: training.clipNorm,
      ema: { decay: training.ema },
      mode,
    }),
  )
  disposeParameters(initial)
  let seconds = 0
  try {
    for await (const event of train({
      step,
      dataset: { size: examples, gather: () => ({}) },
      batchSize: Math.min(training.batch, examples),
      lastBatch: "drop",
      random,
      steps: training.steps,
      prepare: inputs,
      clock,
      ...(signal && { signal }),
      ...(folder !== undefined && { checkpoints: { folder, everyMinutes: 2, keepLast: 1, resume: true } }),
    })) {
      yield event
      if (event.type !== "done") continue
      if (event.reason === "aborted") signal?.throwIfAborted()
      ;({ seconds } = event)
    }
    return { parameters: step.averaged()!, mode: step.mode, fallbackReason: step.fallbackReason, seconds }
  } finally {
    step.dispose()
  }
}
