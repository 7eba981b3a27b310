import {
  epochsToTarget,
  psnr,
  type BaselineName,
  type Errors,
  type ModelResult,
  type ReferenceResult,
  type UnitName,
  type UnitResult,
} from "@scalewise/image"

/** All results of a run, by unit, one for each seed in the order of the seeds. */
export interface Measurements {
  seeds: readonly number[]
  references: readonly ReferenceResult[]
  models: ReadonlyMap<UnitName, readonly ModelResult[]>
}

/** Sorts the results of a run. */
export function sortResults(results: readonly UnitResult[], seeds: readonly number[]): Measurements {
  const ordered = seeds.flatMap((seed) => results.filter((result) => result.seed === seed))
  const models = new Map<UnitName, ModelResult[]>()
  for (const result of ordered) if (result.unit !== "references") models.set(result.unit, [...(models.get(result.unit) ?? []), result])
  return { seeds, references: ordered.filter((result) => result.unit === "references"), models }
}

/** One model, or one reading of it, in one table: a value for each seed. */
export interface Row {
  label: string
  /** `floor`: what cannot be beaten, or costs nothing. */
  kind: "result" | "floor"
  mse: number[]
  psnr: number[]
  mseToReconstruction: number[]
  mseToCentroid: number[]
  /** Part of the images with the right code; empty for answers that are no codes. */
  exactCode: number[]
  mseShifted: number[]
  highBandPsnr: number[]
  /** Absent for what is not trained. */
  training?: { parameters: number[]; secondsPerEpoch: number[]; epochsToTarget: (number | null)[] }
}

/** The row of one reading of a model. */
export function modelRow(label: string, results: readonly ModelResult[], { reading = "image", target = 0 } = {}): Row {
  return {
    ...errorColumns(
      label,
      "result",
      results.map(({ errors }) => errors[reading]!),
    ),
    training: {
      parameters: results.map(({ parameters }) => parameters),
      secondsPerEpoch: results.map(epochSeconds),
      epochsToTarget: results.map(({ curve }) => epochsToTarget(curve, target)),
    },
  }
}

/** The row of an answer that needs no network. */
export const baselineRow = (label: string, references: readonly ReferenceResult[], name: BaselineName): Row =>
  errorColumns(
    label,
    "floor",
    references.map(({ baselines }) => baselines[name]),
  )

function errorColumns(label: string, kind: Row["kind"], exact: readonly Errors[]): Row {
  // The same images summed in another order differ in the last digits: that is no spread between seeds.
  const errors = exact.map(
    (one) => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, Number(value.toPrecision(9))])) as unknown as Errors,
  )
  const decibel = (mse: number): number => Number(psnr(mse).toPrecision(9))
  return {
    label,
    kind,
    mse: errors.map(({ clean }) => clean),
    psnr: errors.map(({ clean }) => decibel(clean)),
    mseToReconstruction: errors.map(({ reconstruction }) => reconstruction),
    mseToCentroid: errors.map(({ centroid }) => centroid),
    exactCode: errors.map(({ exactCode }) => exactCode),
    mseShifted: errors.map(({ shifted }) => shifted),
    highBandPsnr: errors.map(({ highBand }) => decibel(highBand)),
  }
}

/** Seconds of the fastest epoch: what the machine did besides in slower ones does not count. */
export const epochSeconds = ({ seconds }: ModelResult): number => Math.min(...seconds)

/** Mean over the seeds. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** "1.25, 1.5" seeds in their order, or "not reached" said as such. */
export function targetText(epochs: readonly (number | null)[]): string {
  const reached = epochs.filter((value) => value !== null)
  const list = reached.map((value) => String(Number(value.toFixed(2)))).join(", ")
  if (reached.length === epochs.length) return list
  return reached.length === 0 ? "not reached" : `${list}; not reached by ${epochs.length - reached.length} of ${epochs.length} seeds`
}
