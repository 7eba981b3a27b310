/** Everything about a latent model that its parameters do not say, as plain JSON. */
export interface LatentConfig {
  /** C, numbers of a node's latent. */
  readonly channels: number
  /** Times that each band's low-pass is applied, coarse to fine, the last 0. A global token comes before them. */
  readonly bands: readonly number[]
  /** V, entries of the codebook of each scale. */
  readonly codes: number
  /** Entries of the codebook of the pairs, the last scale; 0: there is none. */
  readonly pairCodes: number
  /** Numbers of a pair's latent. */
  readonly pairChannels: number
  /** Steps of the random walks among the encoder's features; 0: none. */
  readonly walks: number
  /** D, width of all networks' streams. */
  readonly width: number
  /** Layers of the encoder and of the prior. */
  readonly depth: number
  /** Layers of the decoder. */
  readonly decoderDepth: number
  /** Width of the messages around triangles, all triples of nodes, in all networks; 0: none. */
  readonly triangles: number
  /** Standard normal numbers that the encoder is given for each node, so that equal nodes can have different codes. */
  readonly noise: number
  /** Categories of nodes and edges; empty: no attributes. */
  readonly vocabulary: { readonly nodes: readonly string[]; readonly edges: readonly string[] }
  /** Shares of the categories in the training set, of nodes and of pairs (no edge first). */
  readonly shares: { readonly nodes: readonly number[]; readonly pairs: readonly number[] }
}

/** How such a model is sampled, as plain JSON. */
export interface LatentSampling {
  /** Divides the prior's logits. @defaultValue 1 */
  readonly temperature?: number
  /** Decodes the partial sum after every scale: the film of a graph, for one more network evaluation a scale. @defaultValue false */
  readonly previews?: boolean
}

/** Scales of a model: the global token, the bands, and the pairs where they have codes. */
export const scaleCount = ({ bands, pairCodes }: Pick<LatentConfig, "bands" | "pairCodes">): number =>
  1 + bands.length + (pairCodes > 0 ? 1 : 0)

/** What the codes of scale 1 .. K belong to. */
export function scalePart({ bands, pairCodes }: Pick<LatentConfig, "bands" | "pairCodes">, scale: number): "globals" | "nodes" | "pairs" {
  return scale === 1 ? "globals" : pairCodes > 0 && scale === bands.length + 2 ? "pairs" : "nodes"
}
