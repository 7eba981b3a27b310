import { ConfigError, tf } from "@scalewise/nn"
import { checkFinest, gaussianPyramid, type GaussianPyramidOptions } from "./gaussian-pyramid.ts"
import { gridAt, type GridSchedule } from "./grid-schedule.ts"
import { resampler, type Kernel } from "./resampler.ts"

/** The three ways to split a latent into one residual per scale; see `residualForm`. */
export type ResidualFormName = "open" | "own-grid" | "full-grid"

/** Options of `residualForm`. */
export interface ResidualFormOptions extends GaussianPyramidOptions {
  /** The kernel that goes up. @defaultValue "bicubic" */
  readonly up?: Kernel
}

/**
 * The algebra of a residual pyramid over latents f [B, H, W, C]. A form says what is left to code at each scale, given the sum of
 * what has been coded (`partial`), and how a code joins that sum. Steps count from 1 to K; before step 1, `partial` is undefined.
 */
export interface ResidualForm {
  readonly name: ResidualFormName
  /** What the partial sum approximates after each scale: the Gaussian levels, or f itself at every scale. The tensors may be shared. */
  levels(latent: tf.Tensor): tf.Tensor[]
  /** What scale `step` has to code, [B, h_k, w_k, C] (Eq. 14). */
  residual(levels: readonly tf.Tensor[], partial: tf.Tensor | undefined, step: number): tf.Tensor
  /** Brings a code [B, h_k, w_k, C] to the grid on which codes are summed. */
  spread(code: tf.Tensor, step: number): tf.Tensor
  /** The partial sum after scale `step` (Eq. 19); `contribution` is a code after `spread`. */
  add(partial: tf.Tensor | undefined, contribution: tf.Tensor, step: number): tf.Tensor
  /** What a generator sees at the sites of scale `step` of the sum over the scales before: [B, h_k, w_k, C] (the context of Eq. 18). */
  context(partial: tf.Tensor, step: number): tf.Tensor
  /** A partial sum on the grid of the latent: a preview. */
  toLatent(partial: tf.Tensor): tf.Tensor
}

/**
 * The residual form of that name over a schedule.
 *
 * - `"open"`: Eqs. (12)-(15) as written: every residual is a band of the Laplacian pyramid, whatever became of the coarser codes.
 *   Coarse quantisation errors survive to the end.
 * - `"own-grid"`: closed loop on the grid of the level (differential coding): what the *reconstruction* so far lacks of level k.
 * - `"full-grid"`: closed loop as in VAR (arXiv 2404.02905, algorithm 1): codes are summed on the finest grid, and what the sum lacks of
 *   the latent is reduced to grid k.
 *
 * Without quantisation all three reconstruct the latent exactly.
 */
export function residualForm(
  name: ResidualFormName,
  schedule: GridSchedule,
  { down = "area", up = "bicubic", from = "finer" }: ResidualFormOptions = {},
): ResidualForm {
  const reduce = resampler(down)
  const expand = resampler(up)
  const expandTo = (x: tf.Tensor, step: number) => expand(x, gridAt(schedule, step))

  /** What level `step` has beyond a coarser map; all of it at step 1. */
  const gap = (levels: readonly tf.Tensor[], coarser: tf.Tensor | undefined, step: number) =>
    coarser === undefined ? levels[step - 1]! : levels[step - 1]!.sub(expandTo(coarser, step))

  const growing = {
    levels: (latent: tf.Tensor) => gaussianPyramid(latent, schedule, { down, from }), // Eq. (13)
    spread: (code: tf.Tensor) => code,
    add: (partial: tf.Tensor | undefined, contribution: tf.Tensor, step: number) =>
      partial === undefined ? contribution : expandTo(partial, step).add(contribution), // Eq. (19)
    context: expandTo,
    toLatent: (partial: tf.Tensor) => expand(partial, schedule.finest),
  }

  switch (name) {
    case "open":
      return {
        name,
        ...growing,
        residual: (levels, _partial, step) => gap(levels, levels[step - 2], step), // Eq. (14)
      }
    case "own-grid":
      return {
        name,
        ...growing,
        residual: gap, // Eq. (14) with what was really coded
      }
    case "full-grid":
      return {
        name,
        levels: (latent) => {
          checkFinest(latent, schedule, "residualForm")
          return schedule.grids.map(() => latent)
        },
        residual: (levels, partial, step) => reduce(partial === undefined ? levels[0]! : levels[0]!.sub(partial), gridAt(schedule, step)),
        spread: (code) => expand(code, schedule.finest),
        add: (partial, contribution) => (partial === undefined ? contribution : partial.add(contribution)),
        context: (partial, step) => reduce(partial, gridAt(schedule, step)),
        toLatent: (partial) => partial,
      }
    default:
      throw new ConfigError(`residualForm: expected "open", "own-grid" or "full-grid", got "${String(name)}"`)
  }
}

/** The residuals [B, h_k, w_k, C] of a latent [B, H, W, C] where nothing is quantised; they add up to the latent in every form. */
export function exactResiduals(form: ResidualForm, schedule: GridSchedule, latent: tf.Tensor): tf.Tensor[] {
  return tf.tidy(() => {
    const levels = form.levels(latent)
    let partial: tf.Tensor | undefined
    return schedule.grids.map((_, index) => {
      const residual = form.residual(levels, partial, index + 1)
      partial = form.add(partial, form.spread(residual, index + 1), index + 1)
      return residual.clone()
    })
  })
}
