import { gridAt, type GridSchedule } from "@scalewise/core"
import { ops, tf } from "@scalewise/nn"
import { onBandGrid, scaledBands } from "../bands/laplacian-bands.ts"
import type { LinearLatent } from "../latent/linear-latent.ts"
import { calendarWidth, type ForecasterConfig } from "./forecaster-config.ts"

// B states, H x W grid, V variables, N = H W V, R components, C latent channels, h_k x w_k sites of scale k

/** What is learned before networks are: all linear. */
export interface LinearParts {
  /** Principal patterns of standardised states, [R, N]. */
  readonly patterns: tf.Tensor
  /** Standard deviation along each, [R]. */
  readonly deviations: tf.Tensor
  /** The linear inverse model's matrix, [2 R, R]. */
  readonly propagator: tf.Tensor
  /** Autocorrelation of each Laplacian band and variable, [K', V]. */
  readonly damping: readonly (readonly number[])[]
  /** Deviation of the targets of each variable, [V]. */
  readonly targetDeviation: tf.Tensor
}

/** Two states and where they stand in the year. */
export interface ForecastCondition {
  /** Standardised, [B, H, W, V]. */
  readonly current: tf.Tensor
  /** One step before. */
  readonly previous: tf.Tensor
  /** Season and hour at which the next state is valid, [B, 4]. */
  readonly calendar: tf.Tensor
  /** The linear forecast of the next components [B, R] where another than the model's own is to be read: training reads one that has not seen the year. */
  readonly expected?: tf.Tensor
}

/** What of a condition all scales read. */
export interface ConditionFeatures {
  /** What the target is added to, [B, H, W, V]. */
  readonly base: tf.Tensor
  /** States and linear forecast on the grid of each scale, [B, h_k, w_k, 3 C]. */
  readonly fields: readonly tf.Tensor[]
  /** Components of both states and calendar, [B, 2 R + 4]. */
  readonly global: tf.Tensor
}

/** Numbers of `global`. */
export const globalWidth = ({ components }: Pick<ForecasterConfig, "components">): number => 2 * components + calendarWidth

/** Options of `conditioning`. */
export interface ConditioningOptions {
  readonly config: ForecasterConfig
  readonly schedule: GridSchedule
  /** Grids of the bands of the field, for damped persistence. */
  readonly bands: GridSchedule
}

/** The linear part of a condition. */
export interface LinearForecast {
  /** Components of the current and the previous state, [B, R] each. */
  readonly components: readonly [current: tf.Tensor, previous: tf.Tensor]
  /** The linear inverse model's forecast, [B, H, W, V]. */
  readonly linear: tf.Tensor
  /** What the target is added to, [B, H, W, V]. */
  readonly base: tf.Tensor
}

/** What linear parts say of the next state. The tensors are the caller's. */
export function linearForecast(
  { current, previous, expected: given }: ForecastCondition,
  { patterns, propagator, damping }: Omit<LinearParts, "targetDeviation">,
  { config, bands }: Pick<ConditioningOptions, "config" | "bands">,
): LinearForecast {
  const along = (states: tf.Tensor): tf.Tensor => ops.matMul(states.reshape([states.shape[0], -1]), patterns, { transposeB: true })
  const components = [along(current), along(previous)] as const
  const expected = given ?? ops.matMul(tf.concat([...components], 1), propagator)
  const linear = ops.matMul(expected, patterns).reshape(current.shape)
  const base = config.target === "tendency" ? current.clone() : config.target === "linear" ? linear : scaledBands(current, bands, damping)
  return { components, linear, base }
}

/** Computes what networks read of two states. The tensors are the caller's. */
export function conditionFeatures(
  condition: ForecastCondition,
  parts: LinearParts,
  latent: LinearLatent,
  { config, schedule, bands }: ConditioningOptions,
): ConditionFeatures {
  return tf.tidy(() => {
    const { components, linear, base } = linearForecast(condition, parts, { config, bands })
    const departure = linear.sub(base).div(parts.targetDeviation)
    const sites = latent.encode(tf.concat([condition.current, condition.previous, departure], 0))
    const joined = tf.concat(tf.split(sites, 3, 0), 3)
    return {
      base,
      fields: schedule.grids.map((_, index) => onBandGrid(joined, gridAt(schedule, index + 1)).clone()),
      global: tf.concat([...components.map((each) => each.div(parts.deviations)), condition.calendar], 1),
    }
  })
}
