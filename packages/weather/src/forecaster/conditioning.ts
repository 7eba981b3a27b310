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
  /** States and linear forecast at the sites of each scale, [B, h_k, w_k, 3 V p p]. */
  readonly maps: readonly tf.Tensor[]
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
  /** Brings fields to patches, without a basis. */
  readonly patches: LinearLatent
}

/** Computes what networks read of two states. The tensors are the caller's. */
export function conditionFeatures(
  { current, previous, calendar, expected: given }: ForecastCondition,
  { patterns, deviations, propagator, damping, targetDeviation }: LinearParts,
  { config, schedule, bands, patches }: ConditioningOptions,
): ConditionFeatures {
  return tf.tidy(() => {
    const [batch] = current.shape as [number]
    const along = (states: tf.Tensor): tf.Tensor => ops.matMul(states.reshape([batch, -1]), patterns, { transposeB: true })
    const components = [along(current), along(previous)]
    const expected = given ?? ops.matMul(tf.concat(components, 1), propagator)
    const linear = ops.matMul(expected, patterns).reshape(current.shape)
    const base = config.target === "tendency" ? current.clone() : config.target === "linear" ? linear : scaledBands(current, bands, damping)
    const fields = tf.concat([current, previous, linear.sub(base).div(targetDeviation)], 3)
    const sites = patches.encode(fields)
    return {
      base,
      maps: schedule.grids.map((_, index) => onBandGrid(sites, gridAt(schedule, index + 1)).clone()),
      global: tf.concat([...components.map((each) => each.div(deviations)), calendar], 1),
    }
  })
}
