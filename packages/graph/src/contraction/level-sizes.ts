import type { ContractionPyramid } from "./contraction-pyramid.ts"

/** Sizes of the levels of one training pyramid, coarse to fine, the finished graph last: what sampling takes from the training set. */
export interface LevelSizes {
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  /** Nodes of each block at each level from the one where every block is one node; absent without blocks. */
  readonly blocks?: readonly (readonly number[] | null)[]
}

/** The sizes of a pyramid. */
export function levelSizes({ levels, graph }: ContractionPyramid): LevelSizes {
  const graphs = [...levels.map((level) => level.graph), graph]
  return { nodes: graphs.map(({ nodes }) => nodes), edges: graphs.map(({ edges }) => edges.length / 2) }
}
