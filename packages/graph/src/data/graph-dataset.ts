import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"

/** A set of graphs in three parts. */
export interface GraphDataset {
  readonly name: string
  readonly vocabulary: GraphVocabulary
  /** Parts may be empty where the source has none of that kind. */
  readonly splits: { readonly train: PackedGraph[]; readonly validation: PackedGraph[]; readonly test: PackedGraph[] }
  /** In plain words where the graphs come from and who divided them. */
  readonly origin: string
  /** What was left out, one sentence each. */
  readonly faults: readonly string[]
}

/** Shares of the parts: of 200 graphs 128 to train on, 32 to validate, 40 to test (SPECTRE's division of Planar, SBM, Tree and Comm20). */
const shares = { train: 0.64, validation: 0.16 }

/** Divides a list in order. Lists of three graphs and more leave no part empty. */
export function dividedInOrder(graphs: readonly PackedGraph[]): GraphDataset["splits"] {
  const train = Math.max(1, Math.floor(graphs.length * shares.train))
  // In integers: 0.64 + 0.16 is not 0.8
  const validation = Math.max(train + 1, Math.floor((graphs.length * 4) / 5))
  return { train: graphs.slice(0, train), validation: graphs.slice(train, validation), test: graphs.slice(validation) }
}
