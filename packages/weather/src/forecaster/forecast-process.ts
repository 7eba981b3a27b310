import {
  categorical,
  gridSchedule,
  multiScaleQuantiser,
  vectorQuantiser,
  type BackwardProcess,
  type GridSchedule,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
  type VectorQuantiser,
  type VectorQuantiserParameters,
} from "@scalewise/core"
import { tf, type Parameters } from "@scalewise/nn"
import { bandGrids } from "../bands/laplacian-bands.ts"
import { linearLatent, type LinearLatent } from "../latent/linear-latent.ts"
import {
  conditionFeatures,
  type ConditionFeatures,
  type ConditioningOptions,
  type ForecastCondition,
  type LinearParts,
} from "./conditioning.ts"
import type { ForecasterConfig } from "./forecaster-config.ts"
import { forecastRefiner, type Refiner } from "./refiner.ts"

// B states, H x W grid, V variables, C latent channels

/** Everything of a forecaster that a config decides. */
export interface ForecastBody extends ConditioningOptions {
  readonly quantiser: VectorQuantiser
  readonly multiScale: MultiScaleQuantiser<VectorQuantiserParameters>
  readonly refiner: Refiner
  /** The latent, with its basis. */
  latent(basis: tf.Tensor | undefined): LinearLatent
}

/** The parts of a forecaster of a config. */
export function forecastBody(config: ForecasterConfig, dropout: readonly number[] = []): ForecastBody {
  const [height, width] = [config.grid.latitudes.length, config.grid.longitudes.length]
  const schedule: GridSchedule = gridSchedule(config.grids)
  const fields = { height, width, variables: config.variables.length, patch: config.latent.patch }
  const quantiser = vectorQuantiser({ channels: config.latent.channels, codes: config.codes, codebooks: schedule.steps })
  return {
    config,
    schedule,
    bands: bandGrids(height, width),
    patches: linearLatent(fields),
    quantiser,
    multiScale: multiScaleQuantiser({ schedule, quantiser, form: "own-grid", up: "bilinear" }),
    refiner: forecastRefiner(config, schedule, dropout),
    latent: (basis) => linearLatent({ ...fields, ...(basis && { basis }) }),
  }
}

/** What is learned of a forecaster. */
export interface ForecastParameters {
  readonly linear: LinearParts
  readonly basis: tf.Tensor | undefined
  readonly codes: MultiScaleParameters<VectorQuantiserParameters>
  readonly networks: Parameters
}

/** The state of a refinement: what is known of the two states, and what has been drawn of the next. */
export interface ForecastState extends ConditionFeatures {
  /** The sum of the codes so far on the grid of the last scale drawn; absent before the first. */
  readonly partial?: tf.Tensor
}

/** p(next state | two states): draws are token maps [B, L_k], the readout is the next standardised state [B, H, W, V]. */
export type ForecastProcess = BackwardProcess<ForecastState, tf.Tensor, ForecastCondition, tf.Tensor>

/** The backward process: the coarsest codes from the condition (Eq. 17), then each scale's in one shot (Eq. 18). */
export function forecastProcess(body: ForecastBody, { linear, basis, codes, networks }: ForecastParameters): ForecastProcess {
  const { multiScale, refiner, schedule } = body
  const latent = body.latent(basis)
  const { form } = multiScale
  return {
    steps: schedule.steps,
    start: (_batch, condition) => conditionFeatures(condition, linear, body), // s_0: all of the next state is still open
    predict: ({ maps, global, partial }, step) => {
      const map = maps[step - 1]!
      const context = partial ? form.context(partial, step) : tf.zeros([...map.shape.slice(0, 3), latent.channels])
      return categorical(refiner.mean(networks, step, tf.concat([map, context], 3), global))
    },
    advance: (state, step, draw) => ({ ...state, partial: multiScale.advance(codes, state.partial, step, draw) }), // Eq. (19)
    readout: ({ base, partial }) =>
      tf.tidy(() => (partial ? base.add(latent.decode(form.toLatent(partial)).mul(linear.targetDeviation)) : base).clone()), // Eq. (20)
  }
}
