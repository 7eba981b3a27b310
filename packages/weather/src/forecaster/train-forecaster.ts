import { gridSchedule, type Grid } from "@scalewise/core"
import { ConfigError, DataError, randomStream, tensorsIn, tf, type TrainEvent } from "@scalewise/nn"
import { bandGrids } from "../bands/laplacian-bands.ts"
import { formatDate } from "../calendar/calendar.ts"
import type { Period } from "../calendar/parse-span.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { fitLatentBasis } from "../latent/linear-latent.ts"
import { fitScaling, standardise, unitsOf, type DeviationName } from "../state/state-scaling.ts"
import { fitLinearParts } from "./fit-linear-parts.ts"
import type { CodeLawName } from "./code-law.ts"
import { forecastBody } from "./forecast-process.ts"
import { scaleWavelengths } from "./scale-wavelengths.ts"
import { forecaster, type Forecaster } from "./forecaster.ts"
import type { ForecasterConfig, LatentConfig, RefinerConfig, TargetForm } from "./forecaster-config.ts"
import { codingError, targetDeviation, targetFields, trainingExamples, unigramNats, type ExampleSource } from "./training-examples.ts"
import { trainingSteps, trainNetworks, type NetworkTraining, type TrainNetworksOptions } from "./train-networks.ts"
import { targetsIn, timesIn } from "./windows.ts"

/** How a forecaster is trained, as plain JSON. */
export interface ForecasterTrainingConfig {
  readonly seed: number
  readonly target: TargetForm
  /** What states are measured in. */
  readonly deviation: DeviationName
  /** Harmonics of the climatology; those of the day are used where steps are shorter than a day. */
  readonly harmonics: { readonly annual: number; readonly diurnal: number }
  readonly components: number
  readonly latent: Pick<LatentConfig, "patch" | "tokens"> & { readonly channels?: number | undefined }
  /** Sites of the smaller side of the coarsest grid; each scale has about twice as many as the one before. 0 for a single scale. */
  readonly coarsest: number
  readonly law: CodeLawName
  /** See `ForecasterConfig`. */
  readonly samplerSteps?: number | undefined
  readonly codes: number
  readonly refiner: Omit<RefinerConfig, "widths"> & {
    /** Width at the coarsest and the finest scale; between them it falls evenly. */
    readonly widths: readonly [coarsest: number, finest: number]
  }
  /** Copies of each example that are moved by a course of the linear model, and how far; see `ExampleAugmentation`. */
  readonly augmentation: { readonly copies: number; readonly size: number }
  readonly training: NetworkTraining
}

/** Options of `trainForecaster`. */
export interface TrainForecasterOptions extends Pick<TrainNetworksOptions, "folder" | "mode" | "signal" | "clock"> {
  readonly config: ForecasterTrainingConfig
  readonly series: FieldSeries
  readonly train: Period
  readonly validation: Period
}

/** What happens in a training. */
export type ForecasterTrainingEvent =
  | { readonly type: "prepared"; readonly summary: PreparedSummary }
  | { readonly type: "network"; readonly event: TrainEvent; readonly steps: number }

/** What preparation found. */
export interface PreparedSummary {
  readonly targets: number
  readonly validationTargets: number
  readonly components: number
  /** Share of the variance that the components hold. */
  readonly explained: number
  /** Autocorrelation of each band and variable. */
  readonly damping: readonly (readonly number[])[]
  readonly grids: readonly Grid[]
  /** The shortest wave that each scale resolves, km: twice its spacing in the middle of the domain. */
  readonly wavelengths: readonly number[]
  readonly parameters: number
  /** Root mean square of what the codes miss of a target, in units; by variable. */
  readonly quantisationError: readonly number[]
  /** Nats a site of each scale's tokens on validation data by their frequencies in training: what networks must beat; empty where tokens are no codes. */
  readonly unigramNats: readonly number[]
}

/** A trained forecaster and how it came about. */
export interface TrainedForecaster {
  readonly model: Forecaster
  readonly summary: PreparedSummary
  readonly scales: readonly { readonly nats: number; readonly epoch: number }[]
  readonly mode: "captured" | "eager"
  readonly seconds: number
}

/** The grids of the scales of a latent. */
export function scaleGrids([height, width]: Grid, coarsest: number): Grid[] {
  if (coarsest === 0) return [[height, width]]
  return [...bandGrids(height, width, coarsest).grids]
}

/**
 * Learns a forecaster from a series: climatology and scaling, principal components and linear forecast, damping, latent, codebooks, then
 * the networks. Everything is learned from the training period but the epoch at which each scale stops.
 *
 * @throws DataError where the periods hold too few whole states in a row
 */
export async function* trainForecaster(
  options: TrainForecasterOptions,
): AsyncGenerator<ForecasterTrainingEvent, TrainedForecaster, undefined> {
  const { config: given, series, train, validation, ...rest } = options
  const random = randomStream(given.seed)
  const { time, grid, variables } = series
  const [height, width] = [grid.latitudes.length, grid.longitudes.length]
  if (train.to > validation.from && validation.to > train.from)
    throw new ConfigError("train: expected training and validation periods apart, got overlapping ones; choose years that do not overlap")

  if (!(time.stepHours <= 120))
    throw new DataError(
      `train: expected states at most five days apart, found one every ${time.stepHours} hours; this forecaster steps through weather, not through months`,
    )
  const scaling = fitScaling(series, {
    annual: given.harmonics.annual,
    diurnal: time.stepHours < 24 ? given.harmonics.diurnal : 0,
    deviation: given.deviation,
    times: timesIn(time, train),
  })
  const { values, complete } = standardise(series, scaling)
  const targets = targetsIn(time, complete, train)
  const validationTargets = targetsIn(time, complete, validation)
  const span = ({ from, to }: Period): string => `${formatDate(from, time.calendar)} to ${formatDate(to, time.calendar)}`
  if (targets.length < 100)
    throw new DataError(
      `train: expected at least 100 states in a row to learn from, found ${targets.length} from ${span(train)}; give a longer file or period`,
    )
  if (validationTargets.length < 10)
    throw new DataError(
      `train: expected at least 10 states in a row to validate on, found ${validationTargets.length} from ${span(validation)}; give a longer period`,
    )

  const fitted = await fitLinearParts({
    values,
    time,
    height,
    width,
    variables: variables.length,
    targets,
    components: given.components,
    random: random.fold("components"),
  })
  const patch = given.latent.patch
  const size = patch * patch * variables.length
  const latentGrid: Grid = [Math.ceil(height / patch), Math.ceil(width / patch)]
  const grids = scaleGrids(latentGrid, given.coarsest)
  const config: ForecasterConfig = {
    variables,
    grid: { latitudes: [...grid.latitudes], longitudes: [...grid.longitudes], isPeriodic: grid.isPeriodic },
    calendar: time.calendar,
    stepHours: time.stepHours,
    target: given.target,
    harmonics: { annual: scaling.climatology.annual, diurnal: scaling.climatology.diurnal },
    components: fitted.components,
    latent: { patch, tokens: given.latent.tokens, channels: Math.min(given.latent.channels ?? size, size) },
    grids,
    law: given.law,
    ...(given.samplerSteps !== undefined && { samplerSteps: given.samplerSteps }),
    codes: given.codes,
    refiner: {
      ...given.refiner,
      widths: grids.map((_, k) => divisible(between(given.refiner.widths, k, grids.length), given.refiner.heads)),
    },
  }
  gridSchedule(grids)
  const body = forecastBody(
    config,
    grids.map((_, k) => between(given.training.dropout, k, grids.length)),
  )
  const seen: ExampleSource = { values, time, targets, expected: fitted.expectedUnseen }
  const unseen: ExampleSource = { values, time, targets: validationTargets, expected: fitted.expected }
  const linear = { ...fitted.parts, targetDeviation: await targetDeviation(seen, fitted.parts, body) }
  const fields = targetFields(seen, linear, body, { most: 2000, random: random.fold("latent") })
  const basis =
    size === 1
      ? undefined
      : await fitLatentBasis(fields, { height, width, variables: variables.length, patch, channels: config.latent.channels })
  const latents = body.latent(basis).encode(fields)
  const codes = await body.tokens.fit(body.multiScale, latents, random.fold("tokens"))
  const quantisationError = await codingError(fields, { linear, basis, codes }, body)
  tf.dispose([fields, latents])
  const learned = { linear, basis, codes }
  const augmentation = { ...given.augmentation, perturbation: fitted.perturbation, random: random.fold("augmentation") }
  const examples = await trainingExamples({ ...seen, augmentation }, learned, body)
  const held = await trainingExamples(unseen, learned, body)

  const fresh = body.refiner.init(random)
  const parameters = [...tensorsIn(fresh)].reduce((sum, tensor) => sum + tensor.size, 0)
  tf.dispose([...tensorsIn(fresh)])
  const typical = unitsOf(scaling, time.calendar)(time.hours[targets[0]!]!).deviation
  const summary: PreparedSummary = {
    targets: targets.length,
    validationTargets: validationTargets.length,
    components: fitted.components,
    explained: fitted.explained,
    damping: linear.damping,
    grids,
    wavelengths: scaleWavelengths(config),
    parameters,
    quantisationError: quantisationError.map((error, v) => error * meanOf(typical.subarray(v * height * width, (v + 1) * height * width))),
    unigramNats: body.law.isDiscrete ? await unigramNats(examples, held, grids.length, config.codes) : [],
  }
  yield { type: "prepared", summary }

  const steps = trainingSteps(given.training, examples.size)
  const events = trainNetworks({ ...rest, body, codes, training: given.training, examples, validation: held, random })
  let next = await events.next()
  for (; !next.done; next = await events.next()) yield { type: "network", event: next.value, steps }
  const { parameters: networks, scales, mode, seconds } = next.value
  const model = forecaster({ config, scaling, parameters: { linear, basis, codes, networks }, temperatures: grids.map(() => 1) })
  return { model, summary, scales, mode, seconds }
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** What lies evenly between the coarsest and the finest scale's value at scale k of `count`, from 0; the finest's where there is one scale. */
const between = ([coarsest, finest]: readonly [number, number], k: number, count: number): number =>
  count === 1 ? finest : coarsest + ((finest - coarsest) * k) / (count - 1)

/** The nearest multiple of the heads. */
const divisible = (width: number, heads: number): number => Math.max(heads, Math.round(width / heads) * heads)
