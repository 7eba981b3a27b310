// Graphs in typed arrays
export {
  adjacencyOf,
  componentsOf,
  degreesOf,
  edgeCount,
  isConnected,
  packedGraph,
  relabelled,
  type Adjacency,
  type GraphVocabulary,
  type PackedGraph,
  type PackedGraphLabels,
} from "./graph/packed-graph.ts"

// graphology in and out
export {
  fromGraphology,
  toGraphology,
  type CategoryAttributes,
  type FromGraphologyOptions,
  type ToGraphologyOptions,
} from "./graph/graphology.ts"

// Files of graphs
export type { GraphFile, ReadGraphsOptions } from "./data/graph-file.ts"
export { readGraphs } from "./data/read-graphs.ts"
export { writeGraphs, type WriteGraphsOptions } from "./data/write-graphs.ts"

// Metrics: exact tests
export { isIsomorphic, isomorphismClasses } from "./metrics/isomorphism.ts"
export { isPlanar } from "./metrics/planarity.ts"
