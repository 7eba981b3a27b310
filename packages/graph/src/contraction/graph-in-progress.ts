import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import type { GraphOnItsWay } from "../process/graph-process.ts"
import { structuralFeatures, type StructuralFeatures } from "../refiner/structural-features.ts"
import { childPairs, joinedPairs, type ChildPairs } from "./child-pairs.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import type { LevelContext } from "./level-context.ts"
import type { LevelSizes } from "./level-sizes.ts"
import { unknownSplit } from "./split-input.ts"

/** What is drawn next for a graph. */
export type Phase = "splits" | "patterns" | "attributes" | "finished"

/** One graph on its way from a single node. Nothing in it is changed once it is made. */
export interface GraphInProgress extends GraphOnItsWay {
  readonly sizes: LevelSizes
  /** Index of the level in `sizes`. */
  readonly level: number
  readonly structure: StructuralFeatures
  /** Place of each node when all are ordered by their ancestors' places, then by slot: it belongs to the node, whatever its number. */
  readonly ancestry: Int32Array
  /** Block of each node; absent above the level where blocks are single nodes. */
  readonly blocks: Int32Array | undefined
  readonly phase: Phase
  /** Rounds of the phase that are done. */
  readonly round: number
  /** Repairs of the level that are done. */
  readonly repairs: number
  /** Per node 0, 1 or `unknownSplit`. */
  readonly splits: Uint8Array
  /** Candidates of the next level; from the phase of the patterns on. */
  readonly children: ChildPairs | undefined
  /** Per edge, 0 where hidden. */
  readonly patterns: Uint8Array
  /** Number of categories where hidden. */
  readonly nodeLabels: Uint8Array
  readonly edgeLabels: Uint8Array
  /** Standard normal numbers for the nodes that the next network looks at. */
  readonly noise: Float32Array
}

/** A single node that is to become a graph of these sizes. */
export function seedGraph(sizes: LevelSizes, config: ContractionConfig): GraphInProgress {
  return settled(atLevel({ sizes, level: 0, graph: packedGraph(1, []), parent: undefined, before: undefined }, config), config)
}

/** What the networks are told about the level at hand. */
export function contextOf({ sizes, level, graph, blocks }: GraphInProgress): LevelContext {
  return {
    target: sizes.nodes.at(-1)!,
    nodes: graph.nodes,
    edges: graph.edges.length / 2,
    nextNodes: sizes.nodes[level + 1] ?? graph.nodes,
    nextEdges: sizes.edges[level + 1] ?? graph.edges.length / 2,
    blocks,
  }
}

/** Edges whose pattern is hidden. */
export const hiddenSites = ({ children, patterns }: Pick<GraphInProgress, "children" | "patterns">): Int32Array =>
  Int32Array.from(patterns.keys()).filter((edge) => patterns[edge] === 0 && children!.shapes[edge] !== 1)

/** Groups of nodes and how many of each split at this level: all together, or each block by itself where there is a quota. */
export function splitQuotas(
  item: GraphInProgress,
  blockQuota: boolean,
): readonly { readonly nodes: Int32Array; readonly splits: number }[] {
  const { sizes, level, graph, blocks } = item
  const all = Int32Array.from({ length: graph.nodes }, (_, v) => v)
  const [now, next] = [sizes.blocks?.[level], sizes.blocks?.[level + 1]]
  if (blockQuota && blocks && now && next)
    return now.map((_, block) => {
      const nodes = all.filter((v) => blocks[v] === block)
      return { nodes, splits: Math.min(next[block]! - nodes.length, nodes.length) }
    })
  return [{ nodes: all, splits: sizes.nodes[level + 1]! - graph.nodes }]
}

/** Passes through what needs no draw: levels that split all nodes or none, edges with one pair, graphs without attributes. */
export function settled(item: GraphInProgress, config: ContractionConfig): GraphInProgress {
  let current = item
  for (;;) {
    const { phase, splits, graph, sizes, level } = current
    if (phase === "splits") {
      const toSplit = sizes.nodes[level + 1]! - graph.nodes
      const sure = toSplit === graph.nodes ? 1 : toSplit === 0 ? 0 : undefined
      const known = sure === undefined ? splits : splits.map(() => sure)
      if (known.includes(unknownSplit)) return current
      const children = childPairs(graph, known)
      const patterns = Uint8Array.from(children.shapes, (shape) => (shape === 1 ? 1 : 0))
      current = { ...current, splits: known, children, patterns, phase: "patterns", round: 0 }
    } else if (phase === "patterns") {
      if (current.patterns.includes(0)) return current
      current = nextLevel(current, config)
    } else if (phase === "attributes") {
      const { nodes, edges } = config.vocabulary
      if (current.nodeLabels.includes(nodes.length) || current.edgeLabels.includes(edges.length)) return current
      current = { ...current, phase: "finished" }
    } else return current
  }
}

/** The graph that the codes of a level make. */
function nextLevel(item: GraphInProgress, config: ContractionConfig): GraphInProgress {
  const children = item.children!
  const graph = packedGraph(children.nodes, joinedPairs(children, item.patterns))
  return atLevel({ sizes: item.sizes, level: item.level + 1, graph, parent: children.parent, before: item }, config)
}

interface Arrival {
  readonly sizes: LevelSizes
  readonly level: number
  readonly graph: PackedGraph
  readonly parent: Int32Array | undefined
  readonly before: GraphInProgress | undefined
}

/** A level that has just been reached. */
function atLevel({ sizes, level, graph, parent, before }: Arrival, config: ContractionConfig): GraphInProgress {
  const isLast = graph.nodes >= sizes.nodes.at(-1)!
  const { nodes, edges } = config.vocabulary
  const attributes = nodes.length + edges.length > 0
  const ancestry = before && parent ? childPlaces(before.ancestry, parent) : Int32Array.of(0)
  return {
    sizes,
    level,
    graph,
    structure: isLast && !attributes ? { nodes: new Float32Array(), edges: new Float32Array() } : structuralFeatures(graph, config.walks),
    ancestry,
    blocks: config.blocks ? blocksOf({ sizes, level, ancestry, parent, before }) : undefined,
    phase: !isLast ? "splits" : attributes ? "attributes" : "finished",
    round: 0,
    repairs: 0,
    splits: new Uint8Array(graph.nodes).fill(unknownSplit),
    children: undefined,
    patterns: new Uint8Array(),
    nodeLabels: new Uint8Array(graph.nodes).fill(nodes.length),
    edgeLabels: new Uint8Array(graph.edges.length / 2).fill(edges.length),
    noise: before?.noise ?? new Float32Array(),
    calls: before?.calls ?? 0,
    past: before ? [...before.past, { graph: before.graph, parent: parent! }] : [],
  }
}

/** Places of children, which are numbered by parent and slot, from those of their parents. */
function childPlaces(places: Int32Array, parent: Int32Array): Int32Array {
  const order = Int32Array.from(parent.keys()).sort((c, d) => places[parent[c]!]! - places[parent[d]!]! || c - d)
  const found = new Int32Array(parent.length)
  for (const [place, child] of order.entries()) found[child] = place
  return found
}

/** Blocks are inherited; they begin at the drawn level where every block is one node, and are numbered by ancestry. */
function blocksOf({
  sizes,
  level,
  ancestry,
  parent,
  before,
}: Omit<Arrival, "graph"> & { readonly ancestry: Int32Array }): Int32Array | undefined {
  if (before?.blocks && parent) return parent.map((from) => before.blocks![from]!)
  const own = sizes.blocks?.[level]
  return own && own.length === ancestry.length && own.every((size) => size === 1) ? ancestry.slice() : undefined
}
