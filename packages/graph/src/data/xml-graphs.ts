import { DataError } from "@scalewise/nn"
import { MultiGraph, UndirectedGraph } from "graphology"
import { parse as parseGexf, write as writeGexf } from "graphology-gexf"
import { parse as parseGraphml } from "graphology-graphml"
import type { AbstractGraph, Attributes } from "graphology-types"
import { graphologyRecord, toGraphology, type CategoryAttributes } from "../graph/graphology.ts"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import { checkXml } from "./check-xml.ts"
import type { RecordSource } from "./graph-record.ts"

/** What of a set of graphs is written beside them. */
export interface GraphSet {
  readonly graphs: readonly PackedGraph[]
  readonly ids: readonly string[]
  readonly splits: readonly (string | undefined)[]
  readonly vocabulary: GraphVocabulary
}

/** The graphs of a GEXF file: one, or several whose nodes say in the attribute "graph" where they belong. */
export function* gexfGraphs(bytes: Uint8Array, attributes: CategoryAttributes): Generator<RecordSource> {
  const text = new TextDecoder().decode(bytes)
  checkXml(text, "gexf")
  yield* separated(
    parsed("GEXF", text, () => parseGexf(MultiGraph, text, { allowUndeclaredAttributes: true })),
    attributes,
  )
}

/** The graphs of a GraphML file: one for each <graph>, or several in one whose nodes say in the attribute "graph" where they belong. */
export function* graphmlGraphs(bytes: Uint8Array, attributes: CategoryAttributes): Generator<RecordSource> {
  const text = new TextDecoder().decode(bytes)
  checkXml(text, "graphml")
  const elements = text.match(/<graph[\s>][\s\S]*?<\/graph>/g) ?? []
  // The parser knows one graph a file; the others of a file with several are given to it one by one.
  const keys = (text.match(/<key\s[\s\S]*?(?:\/>|<\/key>)/g) ?? []).join("")
  const files = elements.length < 2 ? [text] : elements.map((element) => `<graphml>${keys}${element}</graphml>`)
  for (const [i, file] of files.entries()) {
    const graph = (): AbstractGraph => parsed("GraphML", file, () => parseGraphml(MultiGraph, file))
    if (files.length > 1) yield { place: `graph ${i + 1}`, read: () => graphologyRecord(graph(), attributes) }
    else yield* separated(graph(), attributes)
  }
}

function parsed(format: string, text: string, parse: () => AbstractGraph): AbstractGraph {
  if (!/<graph[\s/>]/.test(text)) throw new DataError(`expected ${format} with a <graph>, got none`)
  try {
    return parse()
  } catch (cause) {
    const { message } = cause as Error
    const found = message.includes("inexisting node") ? "an edge with an end that is no node" : `"${message}"`
    throw new DataError(`expected ${format} of a graph, got ${found}; mend or remove it`, { cause })
  }
}

/** One instance, or its parts where all nodes have an attribute "graph". */
function* separated(whole: AbstractGraph, attributes: CategoryAttributes): Generator<RecordSource> {
  const owners = whole.mapNodes((_, { graph }) => graph as unknown)
  if (whole.order === 0 || owners.includes(undefined)) {
    yield { place: "graph 1", read: () => graphologyRecord(whole, attributes) }
    return
  }
  const parts = new Map<string, MultiGraph>()
  whole.forEachNode((node, own) => {
    const id = String(own["graph"])
    const part = parts.get(id) ?? new MultiGraph()
    if (!parts.has(id)) part.mergeAttributes({ id, split: own["split"] as unknown })
    parts.set(id, part)
    part.addNode(node, own)
  })
  whole.forEachEdge((edge, own, source, target, from, to) => {
    if (from["graph"] !== to["graph"])
      throw new DataError(`expected edges inside a graph, got ${source}-${target} between the graphs ${from["graph"]} and ${to["graph"]}`)
    const part = parts.get(String(from["graph"]))!
    if (whole.isDirected(edge)) part.addDirectedEdge(source, target, own)
    else part.addUndirectedEdge(source, target, own)
  })
  for (const [id, part] of parts) yield { place: `graph "${id}"`, read: () => graphologyRecord(part, attributes) }
}

/** All graphs in one, as programs that draw graphs like them; several are told apart by an attribute "graph" of their nodes. */
function together({ graphs, ids, splits, vocabulary }: GraphSet): UndirectedGraph {
  const whole = new UndirectedGraph()
  for (const [i, graph] of graphs.entries()) {
    const prefix = graphs.length > 1 ? `${i}:` : ""
    const membership: Attributes = { graph: ids[i], ...(splits[i] !== undefined && { split: splits[i] }) }
    const instance = toGraphology(graph, { vocabulary })
    instance.forEachNode((node, attributes) => whole.addNode(prefix + node, { ...attributes, ...membership }))
    instance.forEachEdge((_, attributes, source, target) => whole.addEdge(prefix + source, prefix + target, attributes))
  }
  return whole
}

/** A GEXF file that `gexfGraphs` reads back. */
export const gexfText = (set: GraphSet): string => writeGexf(together(set))

/** A GraphML file that `graphmlGraphs` reads back. */
export function graphmlText(set: GraphSet): string {
  const whole = together(set)
  const data = (owner: string, attributes: Attributes): string =>
    Object.entries(attributes)
      .map(([name, value]) => `<data key="${owner}-${name}">${escaped(String(value))}</data>`)
      .join("")
  const names = { node: new Set<string>(), edge: new Set<string>() }
  whole.forEachNode((_, attributes) => Object.keys(attributes).forEach((name) => names.node.add(name)))
  whole.forEachEdge((_, attributes) => Object.keys(attributes).forEach((name) => names.edge.add(name)))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...(["node", "edge"] as const).flatMap((owner) =>
      [...names[owner]].map((name) => `<key id="${owner}-${name}" for="${owner}" attr.name="${name}" attr.type="string"/>`),
    ),
    '<graph edgedefault="undirected">',
    ...whole.mapNodes((node, attributes) => `<node id="${node}">${data("node", attributes)}</node>`),
    ...whole.mapEdges((_, attributes, source, target) => `<edge source="${source}" target="${target}">${data("edge", attributes)}</edge>`),
    "</graph>",
    "</graphml>\n",
  ].join("\n")
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
