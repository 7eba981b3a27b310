import {
  gridSchedule,
  multiScaleQuantiser,
  type BackwardProcess,
  type GridSchedule,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
} from "@scalewise/core"
import { tf, type Parameters } from "@scalewise/nn"
import { bandGrids } from "../bands/laplacian-bands.ts"
import { leastSquaresDown } from "../bands/orthogonal-bands.ts"
import { linearLatent, type LinearLatent } from "../latent/linear-latent.ts"
import { patternTokens } from "../tokens/pattern-tokens.ts"
import type { ScaleTokens } from "../tokens/scale-tokens.ts"
import { siteTokens } from "../tokens/site-tokens.ts"
import {
  conditionFeatures,
  globalWidth,
  type ConditionFeatures,
  type ConditioningOptions,
  type ForecastCondition,
  type LinearParts,
} from "./conditioning.ts"
import { gridOf, type ForecasterConfig } from "./forecaster-config.ts"
import { codeLaw, type CodeLaw } from "./code-law.ts"
import { denoisingRefiner } from "./denoising-refiner.ts"
import { forecastRefiner, viewedFields, type ForecastRefinerOptions, type Refiner } from "./refiner.ts"
import { surroundingsOf } from "./surroundings.ts"

// B states, H x W grid, V variables, C latent channels

/** Everything of a forecaster that a config decides. */
export interface ForecastBody extends ConditioningOptions {
  readonly tokens: ScaleTokens
  readonly law: CodeLaw
  readonly multiScale: MultiScaleQuantiser
  readonly refiner: Refiner
  /** The latent, with its basis. */
  latent(basis: tf.Tensor | undefined): LinearLatent
}

/** The parts of a forecaster of a config; `dropout` is the share of hidden numbers that training drops at each scale. */
export function forecastBody(config: ForecasterConfig, dropout: readonly number[] = []): ForecastBody {
  const [height, width] = [config.grid.latitudes.length, config.grid.longitudes.length]
  const schedule: GridSchedule = gridSchedule(config.grids)
  const law = codeLaw(config.law, config.codes)
  const options = { config, schedule, surroundings: surroundingsOf(gridOf(config)), law, dropout }
  // Patterns are those of bands that do not overlap; sites go by the means of their cells
  const kernel = config.latent.tokens === "patterns" ? { down: leastSquaresDown(schedule), from: "finest" as const } : {}
  const tokens = config.latent.tokens === "patterns" ? patternTokens(options) : siteTokens(options)
  const reads = { fields: viewedFields, globals: globalWidth(config) }
  const ofRefiner: ForecastRefinerOptions = { schedule, tokens, law, networks: config.refiner.networks, dropout, reads }
  return {
    config,
    schedule,
    bands: bandGrids(height, width),
    tokens,
    law,
    multiScale: multiScaleQuantiser({ schedule, quantiser: tokens.quantiser, form: "own-grid", up: "bilinear", ...kernel }),
    refiner: config.law === "diffusion" ? denoisingRefiner(ofRefiner) : forecastRefiner(ofRefiner),
    latent: (basis) =>
      linearLatent({ height, width, variables: config.variables.length, patch: config.latent.patch, ...(basis && { basis }) }),
  }
}

/** What is learned of a forecaster. */
export interface ForecastParameters {
  readonly linear: LinearParts
  readonly basis: tf.Tensor | undefined
  readonly codes: MultiScaleParameters<Parameters>
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
export function forecastProcess(body: ForecastBody, parameters: ForecastParameters): ForecastProcess {
  const { law, multiScale, refiner, schedule, tokens } = body
  const { linear, basis, codes } = parameters
  const latent = body.latent(basis)
  return {
    steps: schedule.steps,
    start: (_batch, condition) => conditionFeatures(condition, linear, latent, body), // s_0: all of the next state is still open
    predict: ({ fields, global, partial }, step) => {
      const outputs = refiner.joined(parameters, step, { fields: withContext(body, fields[step - 1]!, partial, step), global })
      return law.law(outputs.reshape([-1, ...tokens.shape(step), law.outputs]))
    },
    advance: (state, step, draw) => ({ ...state, partial: multiScale.advance(codes, state.partial, step, draw) }), // Eq. (19)
    readout: ({ base, partial }) =>
      tf.tidy(() => (partial ? base.add(latent.decode(multiScale.form.toLatent(partial)).mul(linear.targetDeviation)) : base).clone()), // Eq. (20)
  }
}

/** The fields of a scale with what coarser scales have drawn beside them: zeros at the first. [B, h, w, 4 C] */
export function withContext({ multiScale }: ForecastBody, fields: tf.Tensor, partial: tf.Tensor | undefined, step: number): tf.Tensor {
  const context = partial ? multiScale.form.context(partial, step) : tf.zeros([...fields.shape.slice(0, 3), fields.shape[3]! / 3])
  return tf.concat([fields, context], 3)
}
