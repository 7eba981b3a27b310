import type { ImageDatasets } from "../data/image-dataset.ts"
import type { ResidentImages } from "../data/resident-images.ts"
import { checkConfig, type ExperimentConfig, type SetupName } from "./config.ts"
import { mlpSize } from "./mlp.ts"
import { measureReferences, type ReferenceResult } from "./references.ts"
import { seedData, type SeedData } from "./seed-data.ts"
import type { RunSettings } from "./train-model.ts"
import { trainUnit, type ModelResult } from "./train-unit.ts"
import { unitsOf, type UnitName } from "./unit.ts"

/** What was measured about one model, or about the yardsticks, with one seed. Plain data: numbers, text and typed arrays. */
export type UnitResult = ReferenceResult | ModelResult

/** Options of `runExperiment`. */
export interface RunExperimentOptions extends Omit<RunSettings, "folder"> {
  datasets: ImageDatasets<ResidentImages>
  config: ExperimentConfig
  setups: readonly SetupName[]
  seeds: readonly number[]
  /** Results of an earlier, interrupted run with the same config; asked once for each unit and seed. @defaultValue none */
  stored?(unit: UnitName, seed: number): Promise<UnitResult | undefined>
  /** Where the model in work is kept, and taken up again by a later run with the same config. @defaultValue nowhere */
  folderOf?(unit: UnitName, seed: number): string
}

/** What `runExperiment` says while it works. */
export type ExperimentEvent =
  /** `done` of `total` work is done; work is counted in millions of trained parameters times steps. */
  | { type: "progress"; unit: UnitName; seed: number; epoch: number; epochs: number; done: number; total: number }
  /** A unit is complete. `fresh`: it was computed now and is worth saving. */
  | { type: "result"; result: UnitResult; fresh: boolean; done: number; total: number }

/**
 * Trains every model that the setups need, seed by seed, and yields each result as soon as it is there. With `folderOf` a run that
 * is stopped loses nothing, and one that is killed at most a minute.
 *
 * @throws ConfigError when the config or the images cannot work
 */
export async function* runExperiment({
  datasets,
  config,
  setups,
  seeds,
  stored,
  folderOf,
  ...rest
}: RunExperimentOptions): AsyncGenerator<ExperimentEvent, void, undefined> {
  checkConfig(config)
  const units = unitsOf(setups, config)
  const total = seeds.length * units.reduce((sum, unit) => sum + workOf(unit, datasets, config), 0)
  let done = 0
  for (const seed of seeds) {
    const known = new Map<UnitName, UnitResult>()
    for (const unit of units) {
      const result = await stored?.(unit, seed)
      if (result) known.set(unit, result)
    }
    let data: SeedData | undefined // made only when something is left to compute
    let references: ReferenceResult | undefined
    for (const unit of units) {
      const work = workOf(unit, datasets, config)
      let result = known.get(unit)
      const fresh = result === undefined
      if (!result) {
        data ??= seedData(datasets, config, seed)
        const settings = { ...rest, ...(folderOf && { folder: folderOf(unit, seed) }) }
        const training =
          unit === "references" ? measureReferences(data, config, settings) : trainUnit(unit, data, references!, config, settings)
        for (let next = await training.next(); ; next = await training.next()) {
          if (next.done) {
            result = next.value
            break
          }
          const { epoch, step, steps } = next.value
          yield {
            type: "progress",
            unit,
            seed,
            epoch,
            epochs: unit === "references" ? config.autoencoderEpochs : config.epochs,
            done: done + (work * step) / steps,
            total,
          }
        }
      }
      if (result.unit === "references") references = result
      done += work
      yield { type: "result", result, fresh, done, total }
    }
  }
}

/** Steps times millions of parameters, plus what a step costs besides: batches, noise, evaluation. */
function workOf(
  unit: UnitName,
  { train }: ImageDatasets,
  { trainImages, epochs, autoencoderEpochs, batch, width, latent, codes }: ExperimentConfig,
): number {
  const pixels = train.height * train.width
  const steps = (unit === "references" ? autoencoderEpochs : epochs) * Math.floor(Math.min(trainImages, train.size) / batch)
  const isHead = unit === "regression" || unit === "softmax" || unit.startsWith("bitwise")
  const parameters =
    unit === "references" ? 2 * latent * pixels : mlpSize({ inputs: pixels, hidden: width, outputs: isHead ? codes : pixels })
  return steps * (0.3 + parameters / 1e6)
}
