import type { MatchingPreference } from "./matching.ts"

/** Everything about a contraction model that its parameters do not say, as plain JSON. */
export interface ContractionConfig {
  /** Whom a node is merged with in the forward process. */
  readonly preference: MatchingPreference
  /** Blocks are merged first, and the networks are told which edges lie inside one. */
  readonly blocks: boolean
  /** Every pattern joins a single pair, as in all training graphs: trees stay trees. */
  readonly singlePairs: boolean
  /** Steps of the random walks among the features; 0: none. */
  readonly walks: number
  /** Whether the networks are told how many edges the next level has. */
  readonly edgeCounts: boolean
  /** D, width of the networks' streams. */
  readonly width: number
  /** Layers of each network. */
  readonly depth: number
  /** Width of the messages around triangles; 0: none. */
  readonly triangles: number
  /** Standard normal numbers that each node is given, so that equal nodes can become different. */
  readonly noise: number
  /** Categories of nodes and edges, drawn on the finished skeleton; empty: no attributes. */
  readonly vocabulary: { readonly nodes: readonly string[]; readonly edges: readonly string[] }
}
