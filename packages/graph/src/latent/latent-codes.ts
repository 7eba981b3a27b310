import { quantise, vectorQuantiser, type Quantiser, type VectorQuantiser, type VectorQuantiserParameters } from "@scalewise/core"
import type { tf } from "@scalewise/nn"
import { ops } from "@scalewise/nn"
import type { LatentConfig } from "./latent-config.ts"

// B graphs, V nodes, C channels

/** What one scale of the node latents becomes. */
export interface BandCode {
  /** What there was to code, with gradients to the latent: [B, C] at scale 1, [V, C] after. */
  readonly residual: tf.Tensor
  /** int32 ids [B] or [V], or the vectors themselves where nothing is quantised. */
  readonly tokens: tf.Tensor
  /** The code vectors, with gradients to the codebook. */
  readonly codes: tf.Tensor
  /** Sum of the codes so far [V, C]. */
  readonly partial: tf.Tensor
}

/** The quantiser of the node latents: a codebook for each scale. */
export const nodeQuantiser = ({ channels, codes, bands }: LatentConfig): VectorQuantiser =>
  vectorQuantiser({ channels, codes, codebooks: 1 + bands.length })

/** The quantiser of the pair latents. */
export const pairQuantiser = ({ pairChannels, pairCodes }: LatentConfig): VectorQuantiser =>
  vectorQuantiser({ channels: pairChannels, codes: Math.max(1, pairCodes) })

/**
 * Residual codes of the levels of a latent, coarse to fine (Eqs. 14 and 15): the global token, spread to all nodes of its graph, then for each
 * band what the sum so far lacks of the level. Without quantisation the codes add up to the last level exactly.
 *
 * @param global - the pooled latent of each graph [B, C]
 * @param levels - low-pass levels [V, C], the last one the latent itself
 * @param graphOf - graph of each node, int32 [V]
 */
export function bandCodes<P extends VectorQuantiserParameters | Record<string, never>>(
  quantiser: Quantiser<P>,
  parameters: P,
  { global, levels, graphOf }: { readonly global: tf.Tensor; readonly levels: readonly tf.Tensor[]; readonly graphOf: tf.Tensor },
): BandCode[] {
  const first = quantise(quantiser, parameters, global, 1)
  let partial = ops.embedding(first.codes, graphOf)
  const codes: BandCode[] = [{ residual: global, tokens: first.tokens, codes: first.codes, partial }]
  for (const [band, level] of levels.entries()) {
    const residual = level.sub(ops.stopGradient(partial))
    const found = quantise(quantiser, parameters, residual, band + 2)
    partial = partial.add(found.codes) // Eq. (19)
    codes.push({ residual, tokens: found.tokens, codes: found.codes, partial })
  }
  return codes
}
