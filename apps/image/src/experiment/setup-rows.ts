import { unitsOfSetup, type ExperimentConfig, type SetupName, type UnitName } from "@scalewise/image"
import { baselineRow, modelRow, type Measurements, type Row } from "./measurements.ts"

/** The rows of one setup's table: its models and readings, then its floors and naive baselines. */
export function setupRows(setup: SetupName, { references, models }: Measurements, config: ExperimentConfig): Row[] {
  const target = setup === "A" ? config.targets.A : config.targets.C
  const rows = unitsOfSetup(setup, config).flatMap((unit) => {
    const results = models.get(unit)
    if (!results) return []
    const readings = setup === "B" ? Object.keys(results[0]!.errors) : ["image"]
    return readings.map((reading): Row => {
      const row = modelRow(rowLabel(setup, unit, reading), results, { reading, target })
      return reading === "average" || (unit === "regression" && reading === "image") ? { ...row, exactCode: [] } : row
    })
  })
  const floor = (label: string, name: Parameters<typeof baselineRow>[2]) => baselineRow(label, references, name)
  switch (setup) {
    case "A":
      return [
        ...rows,
        floor("autoencoder floor", "reconstruction"),
        floor("best linear, pixels", "linearPixel"),
        floor("best linear, latent", "linearLatent"),
        floor("noisy image", "noisyImage"),
        floor("mean image", "meanImage"),
      ]
    case "B":
      return [
        ...rows,
        floor("right code (floor of codes)", "centroid"),
        floor("autoencoder floor", "reconstruction"),
        floor("best linear, latent", "linearLatent"),
        floor("mean image", "meanImage"),
      ]
    case "C":
    case "depth":
      return [
        ...rows,
        floor("best linear, pixels", "linearPixel"),
        floor("clean coarse band alone", "coarseBand"),
        floor("noisy image", "noisyImage"),
      ]
  }
}

/** What a table, a curve or a picture calls a model. */
export function rowLabel(setup: SetupName, unit: UnitName, reading = "image"): string {
  const pyramid = /^pyramid-(\d+)-(truth|predicted)$/.exec(unit)
  const bits = /^bitwise-(\d+)$/.exec(unit)?.[1]
  const name =
    setup === "depth"
      ? `K = ${pyramid?.[1] ?? 1}`
      : unit === "single-shot"
        ? setup === "A"
          ? "pixel"
          : "single shot"
        : pyramid
          ? `coarse to fine, ${pyramid[2] === "truth" ? "true" : "own"} context`
          : bits
            ? `bitwise, ${bits} bits`
            : unit
  if (reading === "snapped") return `${name}, snapped`
  return reading === "average" ? `${name}, mean over codes` : name
}
