/**
 * How a guidance strength is written. With c the conditional and u the unconditional logits:
 * - `scale`: u + s (c - u). Infinity's cfg, DPM-Solver's scale. No guidance at s = 1.
 * - `var`: (1 + t) c - t u. VAR's t, s = 1 + t. No guidance at t = 0.
 * - `ho-salimans`: (1 + w) c - w u, the diffusion papers' w, s = 1 + w: the same number as VAR's t under its older name.
 */
export type GuidanceConvention = "scale" | "var" | "ho-salimans"

const scaleAtZero: Record<GuidanceConvention, number> = { scale: 0, var: 1, "ho-salimans": 1 }

/** A guidance strength of one convention in another. */
export const convertGuidance = (value: number, from: GuidanceConvention, to: GuidanceConvention): number =>
  value + scaleAtZero[from] - scaleAtZero[to]
