import type { EvaluationReference, LabelledImages, ResidentImages } from "@scalewise/image"
import { ConfigError, type RandomStream } from "@scalewise/nn"
import { drawSamples } from "./draw-samples.ts"
import { scoreRun, summariseRuns, type JudgedSamples } from "./score-run.ts"
import type { SettingEvaluation, SettingRun } from "./evaluation.ts"
import type { FolderSamples } from "./folder-samples.ts"
import type { OpenedModel } from "./open-model.ts"
import { classCount, drawPictures, processOf, seriesOf } from "./picture-source.ts"
import type { EvaluateOptions } from "./run-evaluation.ts"
import type { SamplingSettings } from "./sampling-settings.ts"
import { settingPictures, type SettingPictures } from "./shown-pictures.ts"

/** What judging needs beside the samples. */
export interface JudgeContext {
  readonly options: EvaluateOptions
  readonly data: { readonly train: ResidentImages; readonly test: ResidentImages }
  readonly reference: EvaluationReference
  readonly random: RandomStream
  readonly clock: () => number
  readonly stage: (note: string, share?: number) => void
  readonly next: () => void
  readonly signal?: AbortSignal | undefined
}

/** Settings with their scores, and pictures of the first seed of each. */
export interface JudgedSettings {
  readonly settings: SettingEvaluation[]
  readonly pictures: SettingPictures[]
}

/** Draws and scores every setting with every one of its seeds. */
export async function judgeModel(
  { pictures: source }: OpenedModel,
  settings: readonly SamplingSettings[],
  context: JudgeContext,
): Promise<JudgedSettings> {
  const { options, data, clock, stage, next, signal } = context
  const { count, batch, casSamples } = options
  const classes = classCount(source)
  const judged: JudgedSettings = { settings: [], pictures: [] }
  for (const [index, setting] of settings.entries()) {
    const process = processOf(source, setting)
    const runs: SettingRun[] = []
    let networkCalls = 0
    for (const [run, seed] of (setting.seeds ?? options.seeds).entries()) {
      const note = `${setting.name}, seed ${seed}`
      const draw = (from: number, wanted: number) =>
        drawSamples({
          process,
          count: wanted,
          from,
          classes,
          seed,
          batch,
          clock,
          signal,
          onProgress: (done) => stage(`${note}: ${from + done} pictures drawn`, done / wanted),
        })
      const drawn = await draw(0, count)
      networkCalls = drawn.networkCalls
      const isFirst = index === 0 && run === 0
      const learned =
        isFirst && casSamples > 0 && classes > 0 ? await withMore(drawn, casSamples, data.train, (more) => draw(count, more)) : undefined
      next()
      const samples: JudgedSamples = {
        images: drawn.images,
        labels: classes === 0 ? undefined : drawn.labels,
        seed,
        speed: drawn.speed,
        classifierSamples: learned,
      }
      const scored = await judge(samples, note, context)
      runs.push(scored)
      if (run === 0) {
        const steps = await filmstrip({ process, classes, seed, signal })
        judged.pictures.push(settingPictures({ name: setting.name, samples, run: scored, classes }, data.train, steps))
      }
    }
    judged.settings.push({
      name: setting.name,
      series: seriesOf(source, setting),
      settings: source.kind === "image-model" ? setting.sampling : { ...setting.sampling, sampler: setting.sampler, steps: setting.steps },
      count,
      networkCalls,
      runs,
      summary: summariseRuns(runs),
    })
  }
  return judged
}

/** Scores the pictures of a folder. */
export async function judgeFolder(folder: string, { images, labels }: FolderSamples, context: JudgeContext): Promise<JudgedSettings> {
  const { options, data } = context
  const { height, width, channels } = data.train
  const count = images.length / (height * width * channels)
  const classifierSamples =
    labels && options.casSamples > 0 && count >= classifierBatch ? { images, labels, height, width, channels } : undefined
  const samples: JudgedSamples = { images, labels, seed: null, speed: null, classifierSamples }
  const run = await judge(samples, folder, context)
  const shared = { name: "pictures", series: "pictures", settings: null, count, networkCalls: null }
  return {
    settings: [{ ...shared, runs: [run], summary: summariseRuns([run]) }],
    pictures: [settingPictures({ name: "pictures", samples, run, classes: data.test.classes.length }, data.train, [])],
  }
}

/** What the classifier of the classification accuracy score takes at a time, and so the least that it can learn from. */
const classifierBatch = 128

async function judge(
  samples: JudgedSamples,
  note: string,
  { options, reference, random, stage, next, signal }: JudgeContext,
): Promise<SettingRun> {
  const run = await scoreRun({
    samples,
    reference,
    // The same draws of real images for all settings, so that they are held against the same floors
    random: random.fold("samples"),
    neighbours: options.neighbours,
    classifierSteps: options.casSteps,
    onProgress: ({ stage: name, share }) => stage(`${note}: ${name}`, share),
    signal,
  })
  next()
  return run
}

/** Samples for a classifier: those that were drawn, and as many more as are wanted. */
async function withMore(
  drawn: { readonly images: Float32Array; readonly labels: Int32Array },
  wanted: number,
  { height, width, channels }: ResidentImages,
  draw: (more: number) => Promise<{ readonly images: Float32Array; readonly labels: Int32Array }>,
): Promise<LabelledImages> {
  const size = { height, width, channels }
  const pixels = height * width * channels
  const have = drawn.labels.length
  if (wanted <= have) return { images: drawn.images.subarray(0, wanted * pixels), labels: drawn.labels.subarray(0, wanted), ...size }
  const more = await draw(wanted - have)
  const images = new Float32Array(wanted * pixels)
  images.set(drawn.images)
  images.set(more.images, drawn.images.length)
  const labels = new Int32Array(wanted)
  labels.set(drawn.labels)
  labels.set(more.labels, have)
  return { images, labels, ...size }
}

/** One sample of each of the first ten classes after every step, or after six of many. */
async function filmstrip(
  given: Pick<Parameters<typeof drawPictures>[0], "process" | "classes" | "seed" | "signal">,
): Promise<SettingPictures["steps"]> {
  const last = given.process.steps
  const shown =
    last <= 8 ? Array.from({ length: last }, (_, step) => step + 1) : [1, 2, 3, 4, 5, 6].map((part) => Math.round((part * last) / 6))
  const ids = Array.from({ length: Math.min(10, given.classes || 10) }, (_, id) => id)
  const found: { step: number; images: Float32Array }[] = []
  await drawPictures({ ...given, ids, preview: { steps: shown, show: (images, step) => void found.push({ step, images }) } })
  return found
}

/**
 * Refuses numbers of samples that cannot be judged.
 *
 * @throws ConfigError
 */
export function checkCounts({ count, neighbours, casSamples }: EvaluateOptions): void {
  if (count <= neighbours)
    throw new ConfigError(`--count: expected more samples than the ${neighbours} neighbours of precision and recall, got ${count}`)
  if (casSamples > 0 && casSamples < classifierBatch)
    throw new ConfigError(`--cas-samples: expected 0, or at least ${classifierBatch} to train a classifier on, got ${casSamples}`)
}
