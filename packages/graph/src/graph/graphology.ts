import { DataError } from "@scalewise/nn"
import { UndirectedGraph } from "graphology"
import type { AbstractGraph, Attributes } from "graphology-types"
import type { GraphFile } from "../data/graph-file.ts"
import type { GraphRecord } from "../data/graph-record.ts"
import { packRecords } from "../data/pack-records.ts"
import { edgeCount, type GraphVocabulary, type PackedGraph } from "./packed-graph.ts"

/** Attributes of a graphology instance that hold the categories of its nodes and edges. */
export interface CategoryAttributes {
  /** @defaultValue "label" */
  readonly nodeAttribute?: string | undefined
  /** @defaultValue "label" */
  readonly edgeAttribute?: string | undefined
}

/** Options of `fromGraphology`. */
export interface FromGraphologyOptions extends CategoryAttributes {
  /**
   * Categories in their order; an empty list leaves that attribute unread.
   * @defaultValue the categories found in the graphs, sorted
   */
  readonly vocabulary?: GraphVocabulary | undefined
  /** Remove self-loops, keep the first of parallel edges, forget directions. @defaultValue false */
  readonly simplify?: boolean | undefined
  /** Keep only the largest component of every graph. @defaultValue false */
  readonly largestComponent?: boolean | undefined
}

/**
 * Packs graphology instances; nodes keep their order. The graph attributes `id` and `split` are taken along.
 *
 * @throws DataError at the first graph that is directed, has self-loops or parallel edges, or categories outside the vocabulary
 */
export function fromGraphology(graphs: readonly AbstractGraph[], options: FromGraphologyOptions = {}): GraphFile {
  const sources = graphs.map((graph, i) => ({ place: `graph ${i}`, read: () => graphologyRecord(graph, options) }))
  return packRecords("fromGraphology", sources, { ...options, strict: true })
}

/** A graphology instance as a file's graph. */
export function graphologyRecord(
  graph: AbstractGraph,
  { nodeAttribute = "label", edgeAttribute = "label" }: CategoryAttributes = {},
): GraphRecord {
  const positions = new Map<string, number>()
  const nodeLabels = graph.mapNodes((node, attributes) => {
    positions.set(node, positions.size)
    return category(attributes, nodeAttribute)
  })
  const pairs: number[] = []
  const edgeLabels = graph.mapEdges((_, attributes, source, target) => {
    pairs.push(positions.get(source)!, positions.get(target)!)
    return category(attributes, edgeAttribute)
  })
  const [id, split] = [name(graph.getAttribute("id")), name(graph.getAttribute("split"))]
  return {
    ...(id !== undefined && { id }),
    ...(split !== undefined && { split }),
    nodes: graph.order,
    pairs,
    ...(nodeLabels.some((label) => label !== undefined) && { nodeLabels }),
    ...(edgeLabels.some((label) => label !== undefined) && { edgeLabels }),
    directed: graph.directedSize > 0,
  }
}

function category(attributes: Attributes, attribute: string): string | undefined {
  const value: unknown = attributes[attribute]
  if (value === undefined || value === null) return undefined
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
    throw new DataError(`expected a text or a number in the attribute "${attribute}", got ${typeof value}; name another attribute`)
  return String(value)
}

const name = (value: unknown): string | undefined => (typeof value === "string" || typeof value === "number" ? String(value) : undefined)

/** Options of `toGraphology`. */
export interface ToGraphologyOptions extends CategoryAttributes {
  /** What labels stand for; needed where the graph has labels. @defaultValue none */
  readonly vocabulary?: GraphVocabulary | undefined
}

/**
 * The graph as a graphology instance: nodes "0", "1", ..., categories as attributes.
 *
 * @throws DataError for a label that the vocabulary lacks
 */
export function toGraphology(
  graph: PackedGraph,
  { vocabulary = { nodes: [], edges: [] }, nodeAttribute = "label", edgeAttribute = "label" }: ToGraphologyOptions = {},
): UndirectedGraph {
  const named = (labels: Uint8Array | undefined, i: number, names: readonly string[], attribute: string): Attributes => {
    if (!labels) return {}
    const label = names[labels[i]!]
    if (label === undefined)
      throw new DataError(`toGraphology: expected a vocabulary with a name for label ${labels[i]}, got ${names.length} names`)
    return { [attribute]: label }
  }
  const { nodes, edges, nodeLabels, edgeLabels } = graph
  const instance = new UndirectedGraph()
  for (let v = 0; v < nodes; v++) instance.addNode(v, named(nodeLabels, v, vocabulary.nodes, nodeAttribute))
  for (let e = 0; e < edgeCount(graph); e++)
    instance.addEdge(edges[2 * e], edges[2 * e + 1], named(edgeLabels, e, vocabulary.edges, edgeAttribute))
  return instance
}
