import {
  evaluateSamples,
  spread,
  type EvaluationProgress,
  type EvaluationReference,
  type LabelledImages,
  type SampleEvaluation,
} from "@scalewise/image"
import type { RandomStream } from "@scalewise/nn"
import type { DrawingSpeed, SettingRun, SettingSummary } from "./evaluation.ts"

/** Samples of one setting and seed, drawn or read. */
export interface JudgedSamples {
  readonly images: Float32Array
  readonly labels: Int32Array | undefined
  readonly seed: number | null
  readonly speed: DrawingSpeed | null
  /** What the classifier of the classification accuracy score learns from; undefined: there is none. */
  readonly classifierSamples?: LabelledImages | undefined
}

/** Options of `scoreRun`. */
export interface ScoreRunOptions {
  readonly samples: JudgedSamples
  readonly reference: EvaluationReference
  readonly random: RandomStream
  readonly neighbours: number
  /** Updates of the classifiers of the classification accuracy score. */
  readonly classifierSteps: number
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** All scores of the samples of one setting and seed. */
export async function scoreRun({
  samples,
  reference,
  random,
  neighbours,
  classifierSteps,
  onProgress,
  signal,
}: ScoreRunOptions): Promise<SettingRun> {
  const { images, labels, seed, speed, classifierSamples } = samples
  const { height, width, channels } = reference.test
  const scores = await evaluateSamples({
    samples: { images, height, width, channels },
    labels,
    reference,
    random,
    neighbours,
    ...(classifierSamples && { classifierSamples, classifierSteps }),
    onProgress,
    signal,
  })
  return { seed, speed, scores }
}

/** Mean and standard deviation over seeds. */
export function summariseRuns(runs: readonly SettingRun[]): SettingSummary {
  const over = (value: (scores: SampleEvaluation) => number) => spread(runs.map(({ scores }) => value(scores)))
  const speeds = runs.flatMap(({ speed }) => speed ?? [])
  return {
    fld: over(({ fld }) => fld.value),
    fldDeviation: over(({ fld }) => fld.deviation).mean,
    fldFloor: runs[0]!.scores.fld.floor,
    accuracy: runs.every(({ scores }) => scores.accuracy) ? over(({ accuracy }) => accuracy!.value) : null,
    precision: over(({ precisionRecall }) => precisionRecall.precision),
    recall: over(({ precisionRecall }) => precisionRecall.recall),
    density: over(({ precisionRecall }) => precisionRecall.density),
    coverage: over(({ precisionRecall }) => precisionRecall.coverage),
    closeShare: over(({ memorisation }) => memorisation.closeShare),
    classificationAccuracyScore:
      runs.find(({ scores }) => scores.classificationAccuracyScore)?.scores.classificationAccuracyScore?.value ?? null,
    samplesPerSecond: speeds.length > 0 ? spread(speeds.map(({ samplesPerSecond }) => samplesPerSecond)) : null,
    samplesPerCpuSecond: speeds.length > 0 ? spread(speeds.map(({ pictures, cpuSeconds }) => pictures / cpuSeconds)) : null,
  }
}
