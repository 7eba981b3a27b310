/** Everything about a model of masked or noised graphs that its parameters do not say, as plain JSON. */
export interface MaskedConfig {
  /**
   * What happens to nodes and pairs in the forward process: they are hidden (absorbing state, D3PM and MaskGIT), or replaced by random ones
   * of the data's own law (DiGress).
   */
  readonly noising: "absorbing" | "marginal"
  /** Share that is hidden on the way from all to none: in even steps, or few shown at first and many at last (MaskGIT's cosine). */
  readonly schedule: "linear" | "cosine"
  /** Steps of the random walks among the features; 0: none. */
  readonly walks: number
  /** D, width of the network's streams. */
  readonly width: number
  /** Layers. */
  readonly depth: number
  /** Width of the messages around triangles, all triples of nodes; 0: none. */
  readonly triangles: number
  /** Standard normal numbers that each node is given in each step, so that equal nodes can become different. */
  readonly noise: number
  /** Categories of nodes and edges; empty: no attributes. */
  readonly vocabulary: { readonly nodes: readonly string[]; readonly edges: readonly string[] }
  /** Shares of the categories in the training set, of nodes and of pairs (no edge first). */
  readonly shares: { readonly nodes: readonly number[]; readonly pairs: readonly number[] }
}

/** How such a model is sampled, as plain JSON. */
export interface MaskedSampling {
  /** K, network evaluations of a graph. @defaultValue 16 */
  readonly steps?: number
  /** Divides the logits. @defaultValue 1 */
  readonly temperature?: number
}
