import { unitsOfSetup, type ExperimentConfig, type ModelResult, type SetupName, type UnitName } from "@scalewise/image"
import { dotChart, imageFigure, lineChart, meanBand, spread, type ChartReference, type Html, type ImageRow } from "@scalewise/report"
import { mean, type Measurements, type Row } from "./measurements.ts"
import { rowLabel } from "./setup-rows.ts"

/** What pictures need to know of the run. */
export interface FigureOptions {
  readonly config: ExperimentConfig
  /** Square images of that side. */
  readonly side: number
}

/** What the page calls a setup. */
export const setupTitles: Readonly<Record<SetupName, string>> = {
  A: "Setup A: pixels or latent",
  B: "Setup B: regression, softmax or bits",
  C: "Setup C: one shot or coarse to fine",
  depth: "Depth: one, two or three levels",
}

/** The test error of each model of a setup, with its spread over the seeds. */
export function comparisonChart(setup: SetupName, rows: readonly Row[]): Html {
  const models = rows.filter(({ kind }) => kind === "result")
  const dots = models.flatMap(({ label, mse, mseShifted, mseToCentroid }) => {
    const dot = (values: readonly number[], series: string) => {
      const { mean: value, sd } = spread(values)
      return { row: label, value, sd, series }
    }
    if (setup === "A") return [dot(mse, "noise as in training"), dot(mseShifted, "noise shifted")]
    if (setup === "B") return [dot(mse, "to the clean image"), dot(mseToCentroid, "to the right code's image")]
    return [dot(mse, "MSE")]
  })
  return dotChart({
    title: `${setupTitles[setup]}: test error`,
    x: { label: "test MSE" },
    y: "model",
    dots,
    description: "Mean and one standard deviation over the seeds; further left is better.",
  })
}

/** The test error of each model of a setup after each epoch, beside the floors and targets. */
export function learningCurves(setup: SetupName, { models, references }: Measurements, config: ExperimentConfig): Html {
  const series = unitsOfSetup(setup, config).flatMap((unit) => {
    const results = models.get(unit)
    if (!results) return []
    const epochs = results[0]!.curve.map(({ epoch }) => epoch)
    return [
      {
        name: rowLabel(setup, unit),
        points: meanBand(
          epochs,
          results.map(({ curve }) => curve.map(({ mse }) => mse)),
        ),
      },
    ]
  })
  const floor = (label: string, name: "reconstruction" | "centroid" | "linearPixel"): ChartReference => ({
    label,
    value: mean(references.map(({ baselines }) => baselines[name].clean)),
  })
  const target = setup === "A" ? config.targets.A : setup === "C" ? config.targets.C : undefined
  const lines: ChartReference[] = [
    ...(target === undefined ? [] : [{ label: `target ${target}`, value: target }]),
    ...(setup === "A" ? [floor("floor of the latent model", "reconstruction")] : []),
    ...(setup === "B" ? [floor("floor of code models", "centroid"), floor("floor of regression", "reconstruction")] : []),
    ...(setup === "C" || setup === "depth" ? [floor("best linear map", "linearPixel")] : []),
  ]
  return lineChart({
    title: `${setupTitles[setup]}: learning curves`,
    x: { label: "epoch" },
    y: { label: "test MSE", scale: "log" },
    series,
    references: lines,
    description: `Mean over the seeds with one standard deviation, on ${config.curveImages.toLocaleString("en")} test images.`,
  })
}

/** What each model of a setup makes of the first test digit of each class. */
export function pictures(setup: SetupName, { references, models }: Measurements, { config, side }: FigureOptions): Html {
  const stack = (data: Float32Array) => ({ data, height: side, width: side })
  const range = config.range
  const first = references[0]!
  const row = (label: string, data: Float32Array | undefined): ImageRow[] => (data ? [{ label, images: stack(data), range }] : [])
  const ofUnit = (unit: UnitName, reading = "image") => models.get(unit)?.[0]?.pictures[reading]
  const rows = [
    ...row("clean", first.pictures["clean"]),
    ...row("noisy", first.pictures["noisy"]),
    ...(setup === "A" ? row("autoencoder, clean input", first.pictures["reconstruction"]) : []),
    ...(setup === "B" ? row("right code", first.pictures["centroid"]) : []),
    ...(setup === "A" || setup === "C" ? row("best linear map", first.pictures["linearPixel"]) : []),
    ...unitsOfSetup(setup, config).flatMap((unit) =>
      filmstrip(setup, unit, models.get(unit)?.[0]).flatMap(([label, data]) => row(label, data)),
    ),
    ...(setup === "B" ? row("softmax, mean over codes", ofUnit("softmax", "average")) : []),
  ]
  return imageFigure({
    title: `${setupTitles[setup]}: the first test digit of each class, seed ${first.seed}`,
    columns: Array.from({ length: 10 }, (_, label) => String(label)).slice(0, first.pictures["clean"]!.length / side ** 2),
    rows,
    description: "All models see the same noise.",
  })
}

/** The steps of a model that has several, or its answer alone. */
function filmstrip(setup: SetupName, unit: UnitName, result: ModelResult | undefined): [string, Float32Array][] {
  if (!result) return []
  const name = rowLabel(setup, unit)
  const steps = Object.keys(result.pictures).filter((key) => key.startsWith("step"))
  if (steps.length < 2) return [[name, result.pictures["image"]!]]
  return steps.map((key, index) => [`${name}, after step ${index + 1}`, result.pictures[key]!])
}

/** A clean digit of each class taken apart into its levels. */
export function pyramidLevels({ references }: Measurements, { side, config }: FigureOptions): Html {
  const first = references[0]!
  return imageFigure({
    title: "The pyramid: a clean digit's coarsest level and the residuals of the finer ones",
    rows: first.bands.map((data, index): ImageRow => {
      const grid = side / 2 ** (first.bands.length - 1 - index)
      const label = index === 0 ? `level 1, ${grid} x ${grid}` : `residual of level ${index + 1}, ${grid} x ${grid}`
      return { label, images: { data, height: grid, width: grid }, range: index === 0 ? config.range : "symmetric" }
    }),
    description: "In residuals grey is zero; upsampled and added up the rows give the clean digits back.",
    size: 56,
  })
}
