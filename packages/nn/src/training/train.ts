import * as tf from "../backend/tf.ts"
import { tensorsIn } from "../backend/memory.ts"
import type { FileSystem } from "../checkpoint/file-system.ts"
import type { StepInputs, TrainStep } from "../compile/train-step.ts"
import { CheckpointError, ConfigError } from "../errors.ts"
import type { RandomStream } from "../random/random-stream.ts"
import { batchOrder } from "./batch-order.ts"
import type { Dataset } from "./dataset.ts"
import { lossWindow } from "./loss-window.ts"
import { runCheckpoints, type RunProgress } from "./run-checkpoints.ts"
import type { TrainEvent } from "./train-event.ts"

/** A batch on its way into the step. */
export interface PreparedBatch {
  /** What the data set gave. */
  readonly data: StepInputs
  readonly indices: Int32Array
  /** One stream a sample, another one every epoch: first dimension of a draw is the batch. */
  readonly random: RandomStream
  /** One stream for the step, for draws that belong to no sample. */
  readonly stepRandom: RandomStream
  /** Counted from 0. */
  readonly step: number
}

/** Options of `train`. */
export interface TrainOptions<P> {
  /** From `compile`. Accumulation of gradients, clipping and averaging are its business; it stays the caller's to dispose. */
  step: TrainStep<P>
  /** What is trained on. */
  dataset: Dataset
  /** Samples in a batch. */
  batchSize: number
  /** Source of the order of samples and of all noise. */
  random: RandomStream
  /** Stop after so many batches in all. @defaultValue no limit; this or `epochs` is needed */
  steps?: number
  /** Stop after so many passes over the data. @defaultValue no limit; this or `steps` is needed */
  epochs?: number
  /** An incomplete last batch of an epoch is used, or left out. @defaultValue "keep" */
  lastBatch?: "keep" | "drop"
  /** A new order every epoch. @defaultValue true */
  shuffle?: boolean
  /** Makes the inputs of the step: adds noise, masks, targets. Runs in `tf.tidy`. @defaultValue the data as they are */
  prepare?: (batch: PreparedBatch) => StepInputs
  /** Read the losses and emit `step` every so many batches. @defaultValue 20 */
  reportEvery?: number
  /** A measurement from time to time. @defaultValue none */
  evaluate?: EvaluateOptions<P>
  /** Saving and resuming. @defaultValue none */
  checkpoints?: TrainCheckpointOptions
  /** Finish the batch, save, and stop. @defaultValue none */
  signal?: AbortSignal
  /** Present time in milliseconds. @defaultValue performance.now */
  clock?: () => number
}

/** When to measure, and how. */
export interface EvaluateOptions<P> {
  /** After every so many batches. @defaultValue never */
  everySteps?: number
  /** After every so many passes over the data. @defaultValue 1 where `everySteps` is not given */
  everyEpochs?: number
  /** The scores to report, by name. It must not change the step: a resumed run repeats it from the checkpoint before. */
  run: (
    step: TrainStep<P>,
    at: { readonly step: number; readonly epoch: number },
  ) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>
}

/** When to save, and where. The end of the run and an abort are saved always. */
export interface TrainCheckpointOptions {
  /** Holds one folder for each checkpoint; made where it is absent. */
  folder: string
  /** After every so many batches. @defaultValue never */
  everySteps?: number
  /** After so many minutes without. @defaultValue never */
  everyMinutes?: number
  /** How many to keep. @defaultValue 3 */
  keepLast?: number
  /** Continue from the newest whole checkpoint, bit for bit; without it a folder that has some is refused. @defaultValue false */
  resume?: boolean
  /** Where the folder lies. @defaultValue the real file system */
  fileSystem?: FileSystem
}

/**
 * Trains: runs batch after batch through a compiled step and tells what happens. It knows no model.
 * Order and noise are pure functions of `random` and the number of the step, hence a resumed run equals an uninterrupted one.
 * Events of a step come in this order: `step`, `epoch`, `evaluate`, `checkpoint`. Stop consuming, and the training stops.
 *
 * @throws ConfigError for limits that cannot work, CheckpointError where a checkpoint cannot be read or written,
 * ScalewiseError with code DIVERGED where the loss is not a number (never saved: the checkpoint before it remains)
 */
export async function* train<P>(options: TrainOptions<P>): AsyncGenerator<TrainEvent, void, undefined> {
  const { step: trainStep, dataset, batchSize, random, lastBatch = "keep", shuffle = true, reportEvery = 20 } = options
  const { prepare = ({ data }) => data, evaluate, checkpoints, signal, clock = () => globalThis.performance.now() } = options
  const order = batchOrder({ size: dataset.size, batchSize, lastBatch, shuffle, random })
  const { batchesPerEpoch } = order
  const limit = Math.min(options.steps ?? Infinity, (options.epochs ?? Infinity) * batchesPerEpoch)
  if (!Number.isInteger(limit) || limit < 0)
    throw new ConfigError(
      `train: expected a whole number of steps or epochs, got steps ${options.steps} and epochs ${options.epochs}; give at least one`,
    )
  const schedule = { size: dataset.size, batchSize, lastBatch, shuffle, fingerprint: fingerprint(random) }

  const store = checkpoints && runCheckpoints(checkpoints.folder, checkpoints)
  const resumed = await store?.newest()
  let { step, seconds: secondsBefore, epochLossSum }: Omit<RunProgress, "schedule"> = { step: 0, seconds: 0, epochLossSum: 0 }
  if (resumed) {
    try {
      if (!checkpoints?.resume)
        throw new ConfigError(
          `train: ${checkpoints!.folder} already holds checkpoints of a run (step ${resumed.progress.step}); resume it or choose another folder`,
        )
      verifySchedule(schedule, resumed.progress.schedule, resumed.path)
      trainStep.restore(resumed.state)
    } finally {
      tf.dispose(resumed.state)
    }
    ;({ step, seconds: secondsBefore, epochLossSum } = resumed.progress)
  }

  const started = clock()
  let lastSaved = { step: resumed ? step : -1, time: started }
  let busy = { milliseconds: 0, samples: 0 } // since the last `step` event
  const window = lossWindow()
  const seconds = (): number => secondsBefore + (clock() - started) / 1000
  const at = () => ({ step, epoch: Math.max(1, Math.ceil(step / batchesPerEpoch)), seconds: seconds() })

  const runBatch = async (): Promise<void> => {
    const begin = clock()
    const indices = order.indices(step)
    const noise = random.fold("noise")
    const epochIndex = Math.floor(step / batchesPerEpoch)
    const batch: Omit<PreparedBatch, "data"> = {
      indices,
      random: noise
        .fold("samples")
        .fold(epochIndex)
        .samples([...indices]),
      stepRandom: noise.fold("step").fold(step),
      step,
    }
    const data = await dataset.gather(indices)
    let inputs: StepInputs = {}
    try {
      // Clones, so that what `prepare` returns may be its own constant or the data themselves, and all is released alike.
      inputs = tf.tidy(() =>
        Object.fromEntries(Object.entries(prepare({ ...batch, data })).map(([name, tensor]) => [name, tensor.clone()])),
      )
      window.add(trainStep.run(inputs))
    } finally {
      for (const tensor of tensorsIn([data, inputs])) tensor.dispose()
    }
    step++
    busy = { milliseconds: busy.milliseconds + clock() - begin, samples: busy.samples + indices.length }
  }

  const report = async (): Promise<TrainEvent> => {
    const begin = clock()
    const { loss, lossSum, metrics } = await window.read(step)
    epochLossSum += lossSum
    const samplesPerSecond = (1000 * busy.samples) / Math.max(busy.milliseconds + clock() - begin, Number.MIN_VALUE)
    busy = { milliseconds: 0, samples: 0 }
    const { fallbackReason } = trainStep
    return { type: "step", ...at(), loss, metrics, samplesPerSecond, ...(fallbackReason !== undefined && { fallbackReason }) }
  }

  const save = async (): Promise<TrainEvent> => {
    const state = trainStep.state()
    try {
      const path = await store!.save({ step, seconds: seconds(), epochLossSum, schedule }, state)
      lastSaved = { step, time: clock() }
      return { type: "checkpoint", ...at(), path }
    } finally {
      tf.dispose(state)
    }
  }

  const due = (every: number | undefined): boolean => every !== undefined && step % every === 0
  const minutesDue = (): boolean => checkpoints?.everyMinutes !== undefined && clock() - lastSaved.time >= checkpoints.everyMinutes * 60_000
  const evaluateEpochs = evaluate && (evaluate.everyEpochs ?? (evaluate.everySteps === undefined ? 1 : undefined))

  try {
    const goesOn = (): boolean => step < limit && !signal?.aborted
    while (goesOn()) {
      await runBatch()
      const ending = !goesOn()
      const epochEnds = step % batchesPerEpoch === 0
      const evaluating =
        evaluate !== undefined && (due(evaluate.everySteps) || (epochEnds && due(evaluateEpochs && evaluateEpochs * batchesPerEpoch)))
      const saving = store !== undefined && (ending || due(checkpoints?.everySteps) || minutesDue())
      // Losses are read before anything is saved: a checkpoint of a run that has diverged would replace a good one.
      if (ending || epochEnds || evaluating || saving || due(reportEvery)) yield await report()
      if (epochEnds) {
        const loss = epochLossSum / batchesPerEpoch
        epochLossSum = 0
        yield { type: "epoch", ...at(), loss }
      }
      if (evaluating) yield { type: "evaluate", ...at(), metrics: await evaluate.run(trainStep, { step, epoch: at().epoch }) }
      if (saving) yield await save()
    }
    // An abort that came while the last events were being consumed.
    if (store && step > 0 && lastSaved.step !== step) {
      if (window.length > 0) yield await report()
      yield await save()
    }
    yield { type: "done", reason: step >= limit ? "finished" : "aborted", ...at() }
  } finally {
    window.dispose()
  }
}

/** Tells seeds apart without naming them. */
const fingerprint = (random: RandomStream): number => random.fold("fingerprint").integers(1, 2 ** 31)[0]!

function verifySchedule(expected: Readonly<Record<string, unknown>>, found: Readonly<Record<string, unknown>>, path: string): void {
  for (const [name, value] of Object.entries(expected))
    if (found[name] !== value)
      throw new CheckpointError(
        `${path}: cannot resume: ${name === "fingerprint" ? "the seed is another" : `${name} was ${String(found[name])}, now it is ${String(value)}`}; use the settings of the first run`,
      )
}
