import { DataError } from "@scalewise/nn"
import type { GraphFile, ReadGraphsOptions } from "./graph-file.ts"
import type { RecordSource } from "./graph-record.ts"
import { edgeLists } from "./edge-list.ts"
import { jsonFile, jsonLines } from "./json-graph.ts"
import { packRecords } from "./pack-records.ts"
import { readBytes } from "./read-bytes.ts"
import { gexfGraphs, graphmlGraphs } from "./xml-graphs.ts"

/** Parsers of a file's content, by the ending of its name. */
const formats: Record<string, (bytes: Uint8Array, options: ReadGraphsOptions) => Iterable<RecordSource>> = {
  jsonl: jsonLines,
  ndjson: jsonLines,
  json: jsonFile,
  graphml: graphmlGraphs,
  gexf: gexfGraphs,
  edges: edgeLists,
  edgelist: edgeLists,
  txt: edgeLists,
  csv: edgeLists,
  tsv: edgeLists,
}

/**
 * Reads a file of graphs, gzipped or not: JSON lines (.jsonl), JSON (.json), GraphML, GEXF, SMILES (.smi), or edge lists (.edges, .edgelist, .txt, .csv, .tsv).
 *
 * Graphs are undirected and simple; they may be disconnected and may have isolated nodes. Others are left out and told in `faults`.
 *
 * @param file - path of the file; its ending says what it holds
 * @throws DataError when the file cannot be read, is of another kind, or holds no graph, and at the first fault with `strict`
 */
export async function readGraphs(file: string, options: ReadGraphsOptions = {}): Promise<GraphFile> {
  const ending = endingOf(file)
  if (ending === "smi") {
    const { readSmiles } = await import("../molecule/read-smiles.ts")
    return readSmiles(file, { vocabulary: options.vocabulary, strict: options.strict })
  }
  const records = formats[ending]
  if (!records) {
    const known = [...Object.keys(formats), "smi"].map((name) => `.${name}`)
    throw new DataError(`${file}: expected a file of graphs (${known.join(", ")}, each also with .gz), got the ending ".${ending}"`)
  }
  const bytes = await readBytes(file)
  return packRecords(file, records(bytes, options), options)
}

/** What a file's name ends in, in small letters, without .gz. */
export const endingOf = (file: string): string => /\.([^./\\]+)(?:\.gz)?$/i.exec(file.toLowerCase())?.[1] ?? ""
