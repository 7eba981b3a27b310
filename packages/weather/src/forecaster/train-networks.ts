import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import path from "node:path"
import {
  adamwOf,
  compile,
  disposeParameters,
  flattenParameters,
  loadTensors,
  onlyWeightsDecay,
  saveTensors,
  tf,
  train,
  unflattenParameters,
  type AdamWTraining,
  type Dataset,
  type Parameters,
  type RandomStream,
  type TrainEvent,
  type TrainingRun,
} from "@scalewise/nn"
import type { CodeSmoothing } from "./code-smoothing.ts"
import type { ForecastBody, ForecastParameters } from "./forecast-process.ts"
import { networkObjective, type NetworkObjective } from "./network-objective.ts"

/** How the networks are trained, as plain JSON. */
export interface NetworkTraining extends AdamWTraining {
  readonly epochs: number
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly ema: number
  /** Share of hidden numbers that are dropped at the coarsest and the finest scale; between them it falls evenly. */
  readonly dropout: readonly [coarsest: number, finest: number]
  readonly smoothing: CodeSmoothing
}

/** Options of `trainNetworks`. */
export interface TrainNetworksOptions extends TrainingRun {
  readonly body: ForecastBody
  readonly codes: ForecastParameters["codes"]
  readonly training: NetworkTraining
  readonly examples: Dataset
  /** What decides when a scale is done. */
  readonly validation: Dataset
}

/** Steps of a training on so many examples; an incomplete last batch of an epoch is left out. */
export const trainingSteps = ({ epochs, batch }: Pick<NetworkTraining, "epochs" | "batch">, examples: number): number =>
  epochs * Math.max(1, Math.floor(examples / Math.min(batch, examples)))

/** What a training leaves; the parameters are the caller's. */
export interface TrainedNetworks {
  readonly parameters: Parameters
  /** Best validation cross-entropy of each scale, nats a site, and the epoch it is of; squared errors for laws that have none (`mean`, `diffusion`). */
  readonly scales: readonly { readonly nats: number; readonly epoch: number }[]
  readonly mode: "captured" | "eager"
  readonly seconds: number
}

/** Trains the networks of all scales; of each scale the averaged parameters of its best epoch on validation data are kept (early stop per scale). */
export async function* trainNetworks(options: TrainNetworksOptions): AsyncGenerator<TrainEvent, TrainedNetworks, undefined> {
  const { body, codes, training, examples, validation, random, folder, signal, clock, mode = "auto" } = options
  const initial = body.refiner.init(random.fold("networks"))
  const steps = trainingSteps(training, examples.size)
  const objective = await networkObjective({ body, codes, smoothing: training.smoothing })
  const step = compile(objective.loss, {
    parameters: initial,
    optimizer: adamwOf(training, { steps, groups: onlyWeightsDecay }),
    clipNorm: training.clipNorm,
    ema: { decay: training.ema },
    mode,
  })
  disposeParameters(initial)
  const best = await bestScales(body, folder)
  let seconds = 0
  try {
    for await (const event of train({
      step,
      dataset: examples,
      batchSize: Math.min(training.batch, examples.size),
      lastBatch: "drop",
      random: random.fold("training"),
      epochs: training.epochs,
      prepare: ({ data, indices, stepRandom }) => ({ ...data, ...objective.inputs(indices.length, stepRandom) }),
      evaluate: {
        everyEpochs: 1,
        run: async (trained, { epoch }) => {
          const averaged = trained.averaged()!
          const nats = await validationScores(objective, averaged, validation, random.fold("validation"))
          await best.offer(averaged, nats, epoch)
          disposeParameters(averaged)
          return Object.fromEntries(nats.map((value, k) => [`scale${k + 1}`, value]))
        },
      },
      clock,
      ...(signal && { signal }),
      ...(folder !== undefined && { checkpoints: { folder: path.join(folder, "steps"), everyMinutes: 2, keepLast: 1, resume: true } }),
    })) {
      yield event
      if (event.type !== "done") continue
      if (event.reason === "aborted") signal?.throwIfAborted()
      ;({ seconds } = event)
    }
    return { parameters: best.parameters(), scales: best.scores(), mode: step.mode, seconds }
  } finally {
    step.dispose()
    best.dispose()
    objective.dispose()
  }
}

/** Mean over a data set of what the objective says of each scale. */
async function validationScores(objective: NetworkObjective, networks: Parameters, data: Dataset, random: RandomStream): Promise<number[]> {
  const sums: number[] = []
  for (let from = 0; from < data.size; from += 128) {
    const indices = Int32Array.from({ length: Math.min(128, data.size - from) }, (_, i) => from + i)
    const inputs = await data.gather(indices)
    const scores = objective.scores(networks, inputs, indices.length, random.fold(from))
    for (const [k, value] of (await scores.data()).entries()) sums[k] = (sums[k] ?? 0) + (value * indices.length) / data.size
    tf.dispose([inputs, scores])
  }
  return sums
}

/** The best parameters of each scale so far, in memory and beside the checkpoints. */
async function bestScales({ schedule }: ForecastBody, folder: string | undefined) {
  const file = folder === undefined ? undefined : path.join(folder, "best.safetensors")
  let kept: Record<string, tf.Tensor> = {}
  let scores = schedule.grids.map(() => ({ nats: Number.POSITIVE_INFINITY, epoch: 0 }))
  if (file !== undefined && existsSync(file)) {
    const stored = await loadTensors(file)
    const table = (await stored["scores"]!.data()) as Float32Array
    scores = scores.map((_, k) => ({ nats: table[2 * k]!, epoch: table[2 * k + 1]! }))
    stored["scores"]!.dispose()
    delete stored["scores"]
    kept = stored
  }
  return {
    async offer(parameters: Parameters, nats: readonly number[], epoch: number): Promise<void> {
      const flat = flattenParameters(parameters)
      const better = nats.map((value, k) => Math.fround(value) < Math.fround(scores[k]!.nats))
      for (const [name, tensor] of Object.entries(flat)) {
        if (!better[Number(name.split(".")[1])]) continue
        kept[name]?.dispose()
        kept[name] = tensor.clone()
      }
      scores = scores.map((score, k) => (better[k] ? { nats: nats[k]!, epoch } : score))
      if (file === undefined || !better.includes(true)) return
      await mkdir(path.dirname(file), { recursive: true })
      const table = tf.tensor1d(scores.flatMap((score) => [score.nats, score.epoch]))
      await saveTensors(file, { ...kept, scores: table })
      table.dispose()
    },
    scores: () => scores,
    /** The caller's from now on. */
    parameters(): Parameters {
      const found = unflattenParameters(kept)
      kept = {}
      return found
    },
    dispose: () => tf.dispose(kept),
  }
}
