import type { Grid } from "@scalewise/core"
import type { Calendar } from "../calendar/calendar.ts"
import type { CodeLawName } from "./code-law.ts"
import type { FieldVariable } from "../data/field-series.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/**
 * What the forward process codes: the next state less
 * - `damped`: each Laplacian band of the present state times its autocorrelation (the default: fine scales neither grow nor fade);
 * - `tendency`: the present state;
 * - `linear`: the forecast of the linear inverse model.
 */
export type TargetForm = "damped" | "tendency" | "linear"

/** The network of all scales. */
export interface RefinerConfig {
  /** `local`: a neighbourhood of each site and whole-domain features; `transformer`: attention from each site to the whole domain besides. */
  readonly kind: "local" | "transformer"
  /** Width of each scale's network, coarse to fine. */
  readonly widths: readonly number[]
  /** Residual blocks after the first layer. */
  readonly depth: number
  /** Sites to each side that a site sees of its own scale. */
  readonly reach: number
  /** Heads of the attention; transformer alone. */
  readonly heads: number
  /** How many networks are averaged: trained together, from different starts. */
  readonly networks: number
}

/** What is coded of a field. */
export interface LatentConfig {
  /** Side of the patches of cells whose numbers, of all variables, make a latent vector. */
  readonly patch: number
  /** How many numbers of each are kept. */
  readonly channels: number
  /**
   * `sites`: a token for the vector of each site of a scale, as in VAR; `patterns`: a token for each coefficient of the scale's map in its
   * own uncorrelated patterns, so that what is drawn independently is nearly independent.
   */
  readonly tokens: "sites" | "patterns"
}

/** What a forecaster is made with, as plain JSON. */
export interface ForecasterConfig {
  readonly variables: readonly FieldVariable[]
  readonly grid: { readonly latitudes: readonly number[]; readonly longitudes: readonly number[]; readonly isPeriodic: boolean }
  readonly calendar: Calendar
  /** From one state to the next, hours. */
  readonly stepHours: number
  readonly target: TargetForm
  /** Harmonics of the climatology. */
  readonly harmonics: { readonly annual: number; readonly diurnal: number }
  /** Principal components of a state that networks and linear forecast see. */
  readonly components: number
  readonly latent: LatentConfig
  /** Grids of the scales, coarse to fine; the last is the latent's. */
  readonly grids: readonly Grid[]
  /** What networks say of a token: a probability for each code, or one of the controls. */
  readonly law: CodeLawName
  /** Noise levels that the law `diffusion` visits at each scale, a network call each. @defaultValue 20 */
  readonly samplerSteps?: number | undefined
  /** Entries of each scale's codebook. */
  readonly codes: number
  readonly refiner: RefinerConfig
}

/** The grid of a config. */
export const gridOf = ({ grid }: Pick<ForecasterConfig, "grid">): LatLonGrid => ({
  latitudes: Float64Array.from(grid.latitudes),
  longitudes: Float64Array.from(grid.longitudes),
  isPeriodic: grid.isPeriodic,
})

/** Season and hour at which a state is valid, four numbers. */
export const calendarWidth = 4
