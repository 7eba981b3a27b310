import type { RevealOrder } from "./reveal-order.ts"

/** How a contraction model is sampled, as plain JSON. */
export interface ContractionSampling {
  /** Rounds in which split codes are shown; 1: all at once. @defaultValue 1 */
  readonly splitRounds?: number
  /** Order of the patterns. @defaultValue local maxima with random priorities, at most 40 rounds */
  readonly patterns?: RevealOrder
  /** Divides the logits of the patterns. @defaultValue 1 */
  readonly patternTemperature?: number
  /** Tilts the patterns so that the expected number of edges is the drawn one. @defaultValue false */
  readonly edgeBudget?: boolean
  /** Splits are counted in each block: sizes of blocks are those of a training graph. @defaultValue false */
  readonly blockQuota?: boolean
  /** Draw anew what makes a level not planar, at most so many times a level; 0: never. It uses the test of validity, so say so. @defaultValue 0 */
  readonly planarRepairs?: number
  /** Order of the attributes. @defaultValue local maxima with random priorities, at most 40 rounds */
  readonly attributes?: RevealOrder
}

/** The same with nothing left out. */
export type ResolvedSampling = Required<ContractionSampling>

/** Fills in the defaults. */
export const resolvedSampling = (settings: ContractionSampling): ResolvedSampling => ({
  splitRounds: 1,
  patterns: { kind: "local-maxima", rounds: 40 },
  patternTemperature: 1,
  edgeBudget: false,
  blockQuota: false,
  planarRepairs: 0,
  attributes: { kind: "local-maxima", rounds: 40 },
  ...settings,
})
