import { readFile, stat } from "node:fs/promises"
import path from "node:path"
import type { Spread } from "@scalewise/image"
import { ConfigError, DataError } from "@scalewise/nn"
import type { Evaluation } from "./evaluation.ts"

/** One setting of one model, as figures and tables of a comparison show it. */
export interface ComparisonRow {
  readonly label: string
  readonly setting: string
  /** What a figure joins by a line. */
  readonly series: string
  readonly count: number
  readonly seeds: number
  readonly networkCalls: number | null
  /** Of one picture, all threads together; null for pictures from a folder. */
  readonly cpuSeconds: number | null
  readonly samplesPerSecond: Spread | null
  readonly fld: Spread
  /** Over the choice of samples. */
  readonly fldDeviation: number
  readonly fldFloor: Spread
  readonly accuracy: Spread | null
  readonly precision: Spread
  readonly recall: Spread
}

/**
 * Reads evaluation.json files, or folders that hold one.
 *
 * @throws ConfigError for no file, DataError for a file that is no evaluation, and for evaluations in different features or against different
 * images: their distances have nothing to do with each other
 */
export async function readEvaluations(files: readonly string[]): Promise<Evaluation[]> {
  if (files.length === 0) throw new ConfigError("compare: expected evaluation.json files or their folders, got none")
  const evaluations = await Promise.all(files.map(readEvaluation))
  const [first] = evaluations as [Evaluation]
  for (const [index, { extractor, data }] of evaluations.entries()) {
    if (extractor.hash !== first.extractor.hash)
      throw new DataError(
        `${files[index]}: expected features of the classifier ${first.extractor.hash ?? "without a hash"}, as ${files[0]} has, got ${extractor.hash ?? "none"}; evaluate both with one --classifier`,
      )
    if (data.test !== first.data.test || data.train !== first.data.train)
      throw new DataError(
        `${files[index]}: expected ${first.data.test} test and ${first.data.train} training images, as ${files[0]} has, got ${data.test} and ${data.train}; evaluate both on the same data`,
      )
  }
  return evaluations
}

async function readEvaluation(given: string): Promise<Evaluation> {
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    (cause: unknown) => {
      throw new DataError(`${given}: expected an evaluation.json, got "${(cause as Error).message}"; check the path`, { cause })
    },
  )
  const file = isFolder ? path.join(given, "evaluation.json") : given
  let found: unknown
  try {
    found = JSON.parse(await readFile(file, "utf8"))
  } catch (cause) {
    throw new DataError(`${file}: expected an evaluation that evaluate wrote, got "${(cause as Error).message}"; name its folder`, {
      cause,
    })
  }
  if (typeof found !== "object" || found === null || !("kind" in found) || found.kind !== "image-evaluation")
    throw new DataError(`${file}: expected an evaluation that evaluate wrote, got other JSON; name its folder`)
  return found as Evaluation
}

/** Every setting of every evaluation. */
export const comparisonRows = (evaluations: readonly Evaluation[]): ComparisonRow[] =>
  evaluations.flatMap(({ label, settings }) =>
    settings.map(({ name, series, count, networkCalls, runs, summary }) => ({
      label,
      setting: name,
      series: `${label}: ${series}`,
      count,
      seeds: runs.length,
      networkCalls,
      cpuSeconds: summary.samplesPerCpuSecond ? 1 / summary.samplesPerCpuSecond.mean : null,
      samplesPerSecond: summary.samplesPerSecond,
      fld: summary.fld,
      fldDeviation: summary.fldDeviation,
      fldFloor: summary.fldFloor,
      accuracy: summary.accuracy,
      precision: summary.precision,
      recall: summary.recall,
    })),
  )
