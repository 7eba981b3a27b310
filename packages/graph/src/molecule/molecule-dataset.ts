import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"

/** Molecules in three parts. */
export interface MoleculeDataset {
  readonly name: string
  readonly vocabulary: GraphVocabulary
  readonly splits: { readonly train: PackedGraph[]; readonly validation: PackedGraph[]; readonly test: PackedGraph[] }
  /** Molecules left out because an atom is charged. */
  readonly charged: number
  /** What else was left out, one sentence each. */
  readonly faults: readonly string[]
}
