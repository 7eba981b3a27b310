import { DataError } from "@scalewise/nn"
import { edgeCount, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import type { ReadGraphsOptions } from "./graph-file.ts"
import type { GraphRecord, RecordSource } from "./graph-record.ts"
import { linesOf } from "./read-bytes.ts"

/** The graphs of a JSON lines file: one object a line, blank lines skipped. */
export function* jsonLines(bytes: Uint8Array, options: ReadGraphsOptions): Generator<RecordSource> {
  for (const { number, text } of linesOf(bytes))
    if (text.trim() !== "") yield { place: `line ${number}`, read: () => jsonGraph(parseJson(text), options) }
}

/** The graphs of a JSON file: a list of objects, or one object. */
export function* jsonFile(bytes: Uint8Array, options: ReadGraphsOptions): Generator<RecordSource> {
  const content = parseJson(new TextDecoder().decode(bytes))
  for (const [index, value] of (Array.isArray(content) ? content : [content]).entries())
    yield { place: `graph ${index + 1}`, read: () => jsonGraph(value, options) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError(`expected JSON, got ${shown(text)} (${(cause as Error).message}); mend or remove it`, { cause })
  }
}

/**
 * A graph from parsed JSON: `{n, edges: [u0, v0, u1, v1, ...]}`, or `{nodes: [label or {id, label}, ...], edges: [[u, v], [u, v, label],
 * {source, target, label}, ...]}` (also as `links`), with `id`, `directed` and the field of the split beside them. Ends of edges are
 * positions of nodes from 0, or ids where the nodes have them.
 *
 * @throws DataError for any other form
 */
export function jsonGraph(
  value: unknown,
  { splitField = "split", nodeAttribute = "label", edgeAttribute = "label" }: ReadGraphsOptions = {},
): GraphRecord {
  if (!isObject(value)) throw new DataError(`expected an object with nodes and edges, got ${shown(value)}`)
  const { id, n, nodes = n, edges = value["links"], directed } = value
  const split = value[splitField]
  if (split !== undefined && split !== null && !isName(split))
    throw new DataError(`expected the name of a split in "${splitField}", got ${shown(split)}`)
  if (id !== undefined && id !== null && !isName(id)) throw new DataError(`expected a number or a text as id, got ${shown(id)}`)
  const list = Array.isArray(nodes) ? (nodes as unknown[]) : undefined
  const count = list?.length ?? nodes
  if (typeof count !== "number") throw new DataError(`expected a count "n" or a list "nodes", got ${shown(nodes)}`)
  if (list && n !== undefined && n !== list.length)
    throw new DataError(`expected "n" to count the nodes, got ${shown(n)} for ${list.length}`)
  if (!Array.isArray(edges)) throw new DataError(`expected a list "edges", got ${shown(edges)}`)
  const nodeLabels = list?.map((node) => nodeLabel(node, nodeAttribute))
  const hasLabels = nodeLabels?.some((label) => label !== undefined)
  return {
    ...(isName(id) && { id: String(id) }),
    ...(isName(split) && { split: String(split) }),
    nodes: count,
    ...(nodeLabels && hasLabels && { nodeLabels }),
    ...edgesOf(edges as unknown[], nodeIds(list), edgeAttribute),
    ...(directed === true && { directed }),
  }
}

function nodeLabel(node: unknown, attribute: string): string | undefined {
  if (node === null) return undefined
  const label = isObject(node) ? attributeOf(node, attribute) : node
  if (label === undefined || label === null) return undefined
  if (!isName(label)) throw new DataError(`expected a text or a number as label of a node, got ${shown(label)}`)
  return String(label)
}

/** Positions of the nodes by their ids, where they have ids. */
function nodeIds(nodes: readonly unknown[] | undefined): ReadonlyMap<unknown, number> | undefined {
  const ids = nodes?.map((node) => (isObject(node) ? (node["id"] ?? node["key"]) : undefined))
  if (!ids?.some((id) => id !== undefined)) return undefined
  const positions = new Map<unknown, number>()
  for (const [position, id] of ids.entries()) {
    if (!isName(id)) throw new DataError(`expected ids for all nodes or none, got ${shown(id)} for node ${position}`)
    if (positions.has(id)) throw new DataError(`expected different ids of nodes, got ${shown(id)} twice`)
    positions.set(id, position)
  }
  return positions
}

function edgesOf(
  edges: readonly unknown[],
  ids: ReadonlyMap<unknown, number> | undefined,
  attribute: string,
): Pick<GraphRecord, "pairs" | "edgeLabels"> {
  const position = (end: unknown): number => {
    const found = ids ? ids.get(end) : end
    if (typeof found !== "number" || !Number.isInteger(found))
      throw new DataError(`expected the ${ids ? "id" : "position"} of a node as end of an edge, got ${shown(end)}`)
    return found
  }
  if (typeof edges[0] !== "object") {
    if (edges.length % 2 === 1) throw new DataError(`expected two ends for every edge, got a list of ${edges.length} ends`)
    return { pairs: edges.map(position) }
  }
  const pairs: number[] = []
  const edgeLabels = edges.map((edge) => {
    const parts: unknown[] = isObject(edge)
      ? [edge["source"], edge["target"], attributeOf(edge, attribute)]
      : Array.isArray(edge)
        ? edge
        : []
    const [u, v, label] = parts
    if (parts.length < 2 || parts.length > 3 || !(label === undefined || label === null || isName(label)))
      throw new DataError(`expected an edge as [u, v], [u, v, label] or {source, target, label}, got ${shown(edge)}`)
    pairs.push(position(u), position(v))
    return isName(label) ? String(label) : undefined
  })
  return { pairs, ...(edgeLabels.some((label) => label !== undefined) && { edgeLabels }) }
}

/** One line of a JSON lines file, read back by `jsonGraph`. */
export function jsonLine(
  graph: PackedGraph,
  { vocabulary, id, split }: { vocabulary: GraphVocabulary; id: string; split: string | undefined },
): string {
  const { nodes, edges, nodeLabels, edgeLabels } = graph
  return JSON.stringify({
    // Numbers stay numbers, so that a file that is read and written is the same file.
    id: /^(0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id,
    ...(nodeLabels ? { nodes: Array.from(nodeLabels, (label) => vocabulary.nodes[label]) } : { n: nodes }),
    edges: edgeLabels
      ? Array.from({ length: edgeCount(graph) }, (_, e) => [edges[2 * e], edges[2 * e + 1], vocabulary.edges[edgeLabels[e]!]])
      : [...edges],
    split,
  })
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value)

/** A field of a node or an edge, or one of its "attributes" as graphology exports them. */
const attributeOf = (owner: Record<string, unknown>, name: string): unknown =>
  owner[name] ?? (isObject(owner["attributes"]) ? owner["attributes"][name] : undefined)

const isName = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number"

/** A value as JSON, cut where it is long. */
function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : typeof value === "string" ? JSON.stringify(value.slice(0, 41)) : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}
