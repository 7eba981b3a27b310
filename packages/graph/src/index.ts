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
