import { ConfigError, type RandomStream } from "@scalewise/nn"
import { largestComponent } from "../../graph/largest-component.ts"
import { relabelled, type PackedGraph } from "../../graph/packed-graph.ts"
import { dividedInOrder, type GraphDataset } from "../graph-dataset.ts"
import { blockGraph } from "./block-graph.ts"
import { communityGraph } from "./community-graph.ts"
import { egoGraphs } from "./ego-graphs.ts"
import { erdosRenyiGraph } from "./erdos-renyi-graph.ts"
import { gridGraph } from "./grid-graph.ts"
import { lobsterGraph } from "./lobster-graph.ts"
import { planarGraph } from "./planar-graph.ts"
import { treeGraph } from "./tree-graph.ts"

/** Size of the planar, tree and Erdos-Renyi graphs of the literature. */
const standard = 64

type Generator = (count: number, nodes: number | undefined, random: RandomStream) => PackedGraph[]

const each =
  (generate: (nodes: number | undefined, random: RandomStream) => PackedGraph): Generator =>
  (count, nodes, random) =>
    Array.from({ length: count }, (_, i) => generate(nodes, random.fold(i)))

const generators = {
  planar: each((nodes = standard, random) => planarGraph(nodes, random)),
  sbm: each(blockGraph),
  tree: each((nodes = standard, random) => treeGraph(nodes, random)),
  community: each(communityGraph),
  ego: egoGraphs,
  grid: each(gridGraph),
  lobster: each(lobsterGraph),
  "erdos-renyi": each((nodes = standard, random) => erdosRenyiGraph(nodes, random)),
} satisfies Record<string, Generator>

/** Names of the sets that can be generated. */
export type GeneratedDatasetName = keyof typeof generators

/** The same as values. */
export const generatedDatasetNames = Object.keys(generators) as GeneratedDatasetName[]

/** Options of `generatedDataset`. */
export interface GeneratedDatasetOptions {
  /** Graphs in all three parts. @defaultValue 200 */
  readonly count?: number | undefined
  /** Nodes of every graph. @defaultValue what the set of that name has in the literature */
  readonly nodes?: number | undefined
  /** Keep only the largest component of each; block and Erdos-Renyi graphs may have several. @defaultValue false */
  readonly largestComponent?: boolean | undefined
  readonly random: RandomStream
}

/**
 * A set of fresh graphs of a kind known from the literature, 64 % to train on, 16 % to validate, 20 % to test. The nodes are in random
 * order. Graph i depends on the stream and i alone (ego nets, which share one graph, excepted).
 *
 * @throws ConfigError for another name, fewer than 3 graphs, or a size that the kind cannot have
 */
export function generatedDataset(
  name: GeneratedDatasetName,
  { count = 200, nodes, largestComponent: connect = false, random }: GeneratedDatasetOptions,
): GraphDataset {
  if (!Object.hasOwn(generators, name))
    throw new ConfigError(`generatedDataset: expected one of ${generatedDatasetNames.join(", ")}, got "${name}"`)
  if (!Number.isInteger(count) || count < 3)
    throw new ConfigError(`generatedDataset: expected at least 3 graphs, one for each part, got ${count}`)
  if (nodes !== undefined && (!Number.isInteger(nodes) || nodes < 1))
    throw new ConfigError(`generatedDataset: expected at least one node, got ${nodes}`)
  const stream = random.fold("graphs").fold(name)
  const structures = generators[name](count, nodes, stream.fold("structure"))
  const graphs = connect ? structures.map(largestComponent) : structures
  return {
    name,
    vocabulary: { nodes: [], edges: [] },
    splits: dividedInOrder(graphs.map((graph, i) => relabelled(graph, stream.fold("order").fold(i).permutation(graph.nodes)))),
    origin: `${count} generated graphs, 64 % to train on, 16 % to validate, 20 % to test`,
    faults: [],
  }
}
