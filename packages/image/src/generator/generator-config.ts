import { ConfigError } from "@scalewise/nn"

/** Everything that makes a next-scale Transformer, as plain JSON; what it reads and predicts comes from the tokenizer. */
export interface GeneratorConfig {
  /** C, the width of the residual stream. */
  readonly width: number
  /** Blocks. */
  readonly depth: number
  /** Heads of attention; divides `width`. */
  readonly heads: number
  /** Width of the inner layer of the feed-forward network, relative to `width`. */
  readonly feedForward: number
  /** Classes that it can be conditioned on; 0 is an unconditional model. */
  readonly classes: number
  /** Whether the condition's modulation is one map with an offset for each block, or a map for each block. */
  readonly modulation: "shared" | "own"
  /** Queries and keys on the unit sphere with a learned factor for each head (VAR's attention normalisation). */
  readonly attentionNorm: boolean
  /** Factor of the scores beside 1 / sqrt(head width), where `attentionNorm` is off. VAR without it has 0.25. */
  readonly attentionFactor: number
  /**
   * What a site sees beside its own scale: all earlier scales (VAR), the one before (a first-order chain), or none: then the partial sum
   * that it reads is all it knows of them (Eq. 18 as written, and MVAR's Markov assumption).
   */
  readonly context: "all" | "previous" | "own"
  /** Side of the window of each grid, in its sites, around the same place, that a site sees; 0 is the whole grid. */
  readonly window: number
  /** What the gates of the residual branches start at. */
  readonly gateStart: number
}

/**
 * Refuses settings that do not fit together.
 *
 * @throws ConfigError that names the setting
 */
export function checkGenerator(config: GeneratorConfig): void {
  const { width, heads, window } = config
  for (const name of ["width", "depth", "heads", "feedForward"] as const)
    if (!Number.isInteger(config[name]) || config[name] < 1)
      throw new ConfigError(`generator.${name}: expected a positive integer, got ${config[name]}`)
  if (width % heads !== 0) throw new ConfigError(`generator.heads: expected to divide the width ${width}, got ${heads}`)
  if (!Number.isInteger(config.classes) || config.classes < 0)
    throw new ConfigError(`generator.classes: expected 0 or more, got ${config.classes}`)
  if (!Number.isInteger(window) || window < 0 || (window > 0 && window % 2 === 0))
    throw new ConfigError(`generator.window: expected 0 or an odd side, got ${window}`)
}
