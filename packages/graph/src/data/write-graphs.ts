import { gzipSync } from "node:zlib"
import { ConfigError, writeAtomically } from "@scalewise/nn"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import { jsonLine } from "./json-graph.ts"
import { endingOf } from "./read-graphs.ts"
import { gexfText, graphmlText, type GraphSet } from "./xml-graphs.ts"

const jsonl = ({ graphs, ids, splits, vocabulary }: GraphSet): string =>
  graphs.map((graph, i) => `${jsonLine(graph, { vocabulary, id: ids[i]!, split: splits[i] })}\n`).join("")

const formats: Record<string, (set: GraphSet) => string> = { jsonl, ndjson: jsonl, graphml: graphmlText, gexf: gexfText }

/** Options of `writeGraphs`. */
export interface WriteGraphsOptions {
  /** What labels stand for; needed where graphs have labels. @defaultValue none */
  readonly vocabulary?: GraphVocabulary | undefined
  /** @defaultValue positions in the list */
  readonly ids?: readonly string[] | undefined
  /** @defaultValue none */
  readonly splits?: readonly (string | undefined)[] | undefined
}

/**
 * Refuses a name that `writeGraphs` would refuse, before there is anything to lose.
 *
 * @throws ConfigError for a name with another ending
 */
export function checkGraphFileName(file: string): void {
  if (!Object.hasOwn(formats, endingOf(file)))
    throw new ConfigError(`writeGraphs: expected a name that ends in .jsonl, .jsonl.gz, .graphml or .gexf, got ${file}`)
}

/**
 * Writes graphs that `readGraphs` reads back, whole or not at all: JSON lines (.jsonl, .jsonl.gz), or
 * GraphML (.graphml) and GEXF (.gexf) for programs that draw them.
 *
 * @throws ConfigError for a name with another ending, or graphs with labels that the vocabulary lacks
 */
export async function writeGraphs(
  file: string,
  graphs: readonly PackedGraph[],
  { vocabulary = { nodes: [], edges: [] }, ids, splits }: WriteGraphsOptions = {},
): Promise<void> {
  checkGraphFileName(file)
  for (const graph of graphs) checkLabels(graph, vocabulary)
  const write = formats[endingOf(file)]!
  const bytes = Buffer.from(write({ graphs, vocabulary, ids: ids ?? graphs.map((_, i) => String(i)), splits: splits ?? [] }))
  await writeAtomically(file, (sink) => sink(/\.gz$/i.test(file) ? gzipSync(bytes) : bytes))
}

function checkLabels({ nodeLabels, edgeLabels }: PackedGraph, { nodes, edges }: GraphVocabulary): void {
  for (const [labels, list, owner] of [
    [nodeLabels, nodes, "nodes"],
    [edgeLabels, edges, "edges"],
  ] as const) {
    const missing = labels?.find((label) => label >= list.length)
    if (missing !== undefined)
      throw new ConfigError(`writeGraphs: expected a vocabulary with a name for label ${missing} of the ${owner}, got ${list.length} names`)
  }
}
