import type { UndirectedGraph } from "graphology"
import { toGraphology } from "../graph/graphology.ts"
import type { GraphModel } from "../model/graph-model.ts"
import { samplePackedGraphs, type SampleGraphsOptions } from "./sample-graphs.ts"

/**
 * Draws graphs as graphology instances; categories of nodes and edges are in the attribute `label`. Graph i of a seed is the same in every
 * batch size and count.
 *
 * @throws ConfigError for fewer than one graph, or a size that the model cannot make
 */
export async function sampleGraphs(model: GraphModel, options: SampleGraphsOptions): Promise<UndirectedGraph[]> {
  const sampled = await samplePackedGraphs(model, options)
  return sampled.map(({ graph }) => toGraphology(graph, { vocabulary: model.vocabulary }))
}
