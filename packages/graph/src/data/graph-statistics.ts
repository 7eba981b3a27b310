import { componentsOf, degreesOf, edgeCount, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { isPlanar } from "../metrics/planarity.ts"

/** Smallest, mean and largest of some numbers. */
export interface Range {
  readonly min: number
  readonly mean: number
  readonly max: number
}

/** What a list of graphs is like. */
export interface GraphStatistics {
  readonly count: number
  readonly nodes: Range
  readonly edges: Range
  /** Over all nodes of all graphs. */
  readonly degree: Range
  /** Nodes of degree 0, 1, 2, ..., in all graphs. */
  readonly degrees: readonly number[]
  /** Graphs of one component, graphs that are trees, graphs that can be drawn without crossings. */
  readonly connected: number
  readonly trees: number
  readonly planar: number
  /** Nodes without an edge, in all graphs. */
  readonly isolatedNodes: number
  /** Nodes of every label of the vocabulary, and edges. */
  readonly nodeLabels: readonly number[]
  readonly edgeLabels: readonly number[]
}

/** Counts, sizes, degrees, connectivity and labels of graphs. */
export function graphStatistics(graphs: readonly PackedGraph[], vocabulary: GraphVocabulary): GraphStatistics {
  const degrees: number[] = []
  const nodeLabels = vocabulary.nodes.map(() => 0)
  const edgeLabels = vocabulary.edges.map(() => 0)
  let [connected, trees, planar] = [0, 0, 0]
  for (const graph of graphs) {
    for (const degree of degreesOf(graph)) degrees[degree] = (degrees[degree] ?? 0) + 1
    for (const label of graph.nodeLabels ?? []) nodeLabels[label]!++
    for (const label of graph.edgeLabels ?? []) edgeLabels[label]!++
    const isConnected = componentsOf(graph).count === 1
    if (isConnected) connected++
    if (isConnected && edgeCount(graph) === graph.nodes - 1) trees++
    if (isPlanar(graph)) planar++
  }
  const histogram = Array.from(degrees, (count: number | undefined) => count ?? 0)
  const nodes = histogram.reduce((sum, count) => sum + count, 0)
  return {
    count: graphs.length,
    nodes: rangeOf(graphs.map((graph) => graph.nodes)),
    edges: rangeOf(graphs.map(edgeCount)),
    degree: {
      min: Math.max(
        0,
        histogram.findIndex((count) => count > 0),
      ),
      mean: nodes === 0 ? 0 : histogram.reduce((sum, count, degree) => sum + count * degree, 0) / nodes,
      max: Math.max(0, histogram.length - 1),
    },
    degrees: histogram,
    connected,
    trees,
    planar,
    isolatedNodes: histogram[0] ?? 0,
    nodeLabels,
    edgeLabels,
  }
}

function rangeOf(values: readonly number[]): Range {
  let [min, sum, max] = [Infinity, 0, -Infinity]
  for (const value of values) {
    min = Math.min(min, value)
    sum += value
    max = Math.max(max, value)
  }
  return values.length === 0 ? { min: 0, mean: 0, max: 0 } : { min, mean: sum / values.length, max }
}
