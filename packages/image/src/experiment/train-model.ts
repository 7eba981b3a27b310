import path from "node:path"
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
import { emptyJournal, journalUpTo, readJournal, writeJournal, type Journal } from "./journal.ts"
import type { CurvePoint } from "./learning-curve.ts"

/** What a run of one model needs. */
export interface TrainModelOptions<P extends Parameters, Note> {
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
  /** Called after each epoch with the parameters then, which are disposed afterwards; what it returns (plain JSON) is kept. */
  afterEpoch?(epoch: number, parameters: P): Promise<Note | undefined>
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
  /** Where an interrupted training is kept and taken up again, bit for bit. @defaultValue nowhere */
  folder?: string
}

/** Says how far a training is. */
export interface TrainingProgress {
  epoch: number
  step: number
  steps: number
}

/** What a training leaves. */
export interface TrainedModel<P, Note> {
  /** The caller's to dispose. */
  parameters: P
  curve: CurvePoint[]
  /** Mean training loss of each epoch, in the loss's own unit. */
  trainLoss: number[]
  /** Seconds of each epoch that ran without a break, evaluations left out. */
  seconds: number[]
  /** What `afterEpoch` returned. */
  notes: { epoch: number; note: Note }[]
  /** How the steps ran. */
  mode: "captured" | "eager"
}

/** How much work an interruption without warning may cost. */
const minutesBetweenCheckpoints = 1

/** Trains one model of Section 4 with AdamW, tells how far it is and returns what was learned. */
export async function* trainModel<P extends Parameters, Note = never>({
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
  settings: { clock, mode = "auto", signal, folder },
}: TrainModelOptions<P, Note>): AsyncGenerator<TrainingProgress, TrainedModel<P, Note>, undefined> {
  const stepsPerEpoch = Math.floor(dataset.size / batch)
  const steps = epochs * stepsPerEpoch
  const step = compile(loss, { parameters: initial, optimizer: adamw({ rate, weightDecay }), mode })
  const journalFile = folder && path.join(folder, "journal.json")
  let journal: Journal<Note> = journalFile ? await readJournal(journalFile) : emptyJournal()
  const record = async () => {
    if (journalFile) await writeJournal(journalFile, journal)
  }
  let isResumed = journal.curve.length > 0 || journal.trainLoss.length > 0
  let hasBegun = false
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
    journal.curve.push({ epoch: step.step / stepsPerEpoch, mse })
    await record() // before the checkpoint of the same step, which must not know more than the journal
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
      ...(folder && { checkpoints: { folder, everyMinutes: minutesBetweenCheckpoints, keepLast: 1, resume: true } }),
    })
    for await (const event of events) {
      if (!hasBegun) {
        // What the journal has beyond the checkpoint is measured again.
        journal = journalUpTo(journal, (event.type === "done" ? event.step : event.step - 1) / stepsPerEpoch)
        hasBegun = true
      }
      if (event.type === "step") yield { epoch: event.epoch, step: event.step, steps }
      if (event.type === "epoch") {
        const { epoch } = event
        journal.trainLoss.push(event.loss)
        if (!isResumed) journal.seconds.push({ epoch, seconds: (clock() - epochStarted - excluded) / 1000 })
        isResumed = false
        const note = afterEpoch && (await withParameters((parameters) => afterEpoch(epoch, parameters)))
        if (note !== undefined) journal.notes.push({ epoch, note })
        await record()
        epochStarted = clock()
        excluded = 0
      }
      if (event.type === "done" && event.reason === "aborted") signal?.throwIfAborted()
    }
    if (journal.curve.at(-1)?.epoch !== epochs) await evaluateNow()
    const { curve, trainLoss, seconds, notes } = journal
    return { parameters: step.parameters(), curve, trainLoss, seconds: seconds.map((epoch) => epoch.seconds), notes, mode: step.mode }
  } finally {
    step.dispose()
  }
}
