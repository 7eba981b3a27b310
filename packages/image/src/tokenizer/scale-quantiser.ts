import {
  bitwiseQuantiser,
  finiteScalarQuantiser,
  scaledQuantiser,
  vectorQuantiser,
  type Quantiser,
  type VectorQuantiser,
} from "@scalewise/core"
import type { QuantiserConfig } from "./tokenizer-config.ts"

/** Options of `scaleQuantiser`. */
export interface ScaleQuantiserOptions {
  /** C, the latent channels. */
  readonly channels: number
  /** K, the number of scales. */
  readonly scales: number
}

/**
 * The quantiser that a config asks for. Codes of one fixed size (signs, finite scalars) get a learned gain for each scale, since residuals
 * shrink from scale to scale; `startQuantiser` sets it from data.
 */
export function scaleQuantiser(config: QuantiserConfig, { channels, scales }: ScaleQuantiserOptions): Quantiser {
  if (config.kind === "vector") return vectorQuantiserOf(config, { channels, scales })
  const inner =
    config.kind === "bitwise" ? bitwiseQuantiser({ channels, tokens: config.tokens }) : finiteScalarQuantiser({ levels: config.levels })
  return scaledQuantiser(inner as Quantiser, { gains: Array.from({ length: scales }, () => 1) })
}

/** The codebooks of a `vector` config. */
export function vectorQuantiserOf(
  { codes, codebooks, learning, metric }: QuantiserConfig & { readonly kind: "vector" },
  { channels, scales }: ScaleQuantiserOptions,
): VectorQuantiser {
  return vectorQuantiser({ channels, codes, codebooks: codebooks === "shared" ? 1 : scales, learning, metric })
}
