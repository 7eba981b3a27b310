import { DataError } from "@scalewise/nn"
import { largestComponent } from "../graph/largest-component.ts"
import { packedGraph, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import type { GraphFile, ReadGraphsOptions } from "./graph-file.ts"
import type { GraphRecord, RecordSource } from "./graph-record.ts"

/** Categories are bytes. */
const mostLabels = 256

/** A count of nodes is a few bytes in a file; what is made of it is not. */
const mostNodes = 2 ** 20

/**
 * Checks the graphs of a file and packs them. What is no simple graph, or has labels that the vocabulary lacks, is left out and
 * told in `faults`.
 *
 * @param file - what messages call the file
 * @throws DataError where nothing is left, or at the first fault with `strict`
 */
export function packRecords(file: string, sources: Iterable<RecordSource>, options: ReadGraphsOptions = {}): GraphFile {
  const { strict = false, simplify = false } = options
  const faults: string[] = []
  let count = 0
  const attempt = <Value>(place: string, make: () => Value): Value | undefined => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const fault = `${file}, ${place}: ${error.message}`
      if (strict) throw new DataError(fault, { cause: error })
      faults.push(fault)
      return undefined
    }
  }

  const read: { place: string; index: number; record: GraphRecord }[] = []
  for (const source of listed(file, sources)) {
    const index = count++
    const record = attempt(source.place, () => simpleRecord(source.read(), simplify))
    if (record) read.push({ place: source.place, index, record })
  }
  const vocabulary = options.vocabulary ?? foundLabels(file, read)
  const graphs: PackedGraph[] = []
  const ids: string[] = []
  const splits: (string | undefined)[] = []
  for (const { place, index, record } of read) {
    const packed = attempt(place, () => pack(record, vocabulary))
    if (!packed) continue
    graphs.push(options.largestComponent ? largestComponent(packed) : packed)
    ids.push(record.id ?? String(index))
    splits.push(record.split)
  }
  if (graphs.length === 0) {
    const found = count === 0 ? "none at all" : `${count} that cannot be; the first: ${faults[0]}`
    throw new DataError(`${file}: expected graphs that can be read, got ${found}`)
  }
  return { graphs, ids, splits, vocabulary, faults }
}

/** The graphs of a file whose form as a whole is right. */
function listed(file: string, sources: Iterable<RecordSource>): RecordSource[] {
  try {
    return [...sources]
  } catch (cause) {
    throw cause instanceof DataError ? new DataError(`${file}: ${cause.message}`, { cause }) : cause
  }
}

/** The record, if it is a simple undirected graph or can be made one. */
function simpleRecord(record: GraphRecord, simplify: boolean): GraphRecord {
  const { nodes, pairs, edgeLabels, directed = false } = record
  if (!Number.isInteger(nodes) || nodes < 1) throw new DataError(`expected at least one node, got ${nodes}; remove the graph`)
  if (nodes > mostNodes) throw new DataError(`expected at most ${mostNodes} nodes, got ${nodes}; divide the graph`)
  if (directed && !simplify) throw new DataError("expected undirected edges, got directed ones; read it with simplify to forget directions")
  const seen = new Set<number>()
  const kept: number[] = []
  for (let e = 0; e < pairs.length / 2; e++) {
    const [u, v] = [pairs[2 * e]!, pairs[2 * e + 1]!]
    if (!(u >= 0 && v >= 0 && u < nodes && v < nodes))
      throw new DataError(`expected edges between the nodes 0 to ${nodes - 1}, got ${u}-${v}; mend or remove it`)
    const key = Math.min(u, v) * nodes + Math.max(u, v)
    const fault = u === v ? `expected no self-loops, got ${u}-${v}` : seen.has(key) ? `expected every edge once, got ${u}-${v} again` : ""
    if (fault !== "") {
      if (simplify) continue
      throw new DataError(`${fault}; read it with simplify to leave it out`)
    }
    seen.add(key)
    kept.push(e)
  }
  if (2 * kept.length === pairs.length) return record
  return {
    ...record,
    pairs: kept.flatMap((e) => [pairs[2 * e]!, pairs[2 * e + 1]!]),
    ...(edgeLabels && { edgeLabels: kept.map((e) => edgeLabels[e]) }),
  }
}

/** The labels that occur, sorted. */
function foundLabels(file: string, read: readonly { readonly record: GraphRecord }[]): GraphVocabulary {
  const sorted = (what: "nodeLabels" | "edgeLabels"): string[] => {
    const found = new Set<string>()
    for (const { record } of read) for (const label of record[what] ?? []) if (label !== undefined) found.add(label)
    if (found.size > mostLabels) {
      const [owner, list] = what === "nodeLabels" ? ["nodes", "nodes"] : ["edges", "edges"]
      throw new DataError(
        `${file}: expected at most ${mostLabels} different labels of ${owner}, got ${found.size}; if they are names and no categories, read it with a vocabulary whose list of ${list} is empty`,
      )
    }
    return [...found].sort()
  }
  return { nodes: sorted("nodeLabels"), edges: sorted("edgeLabels") }
}

function pack(record: GraphRecord, vocabulary: GraphVocabulary): PackedGraph {
  const { nodes, pairs } = record
  const nodeLabels = categories(record.nodeLabels, { vocabulary: vocabulary.nodes, owner: "node", count: nodes })
  const edgeLabels = categories(record.edgeLabels, { vocabulary: vocabulary.edges, owner: "edge", count: pairs.length / 2 })
  return packedGraph(nodes, pairs, { ...(nodeLabels && { nodeLabels }), ...(edgeLabels && { edgeLabels }) })
}

interface CategoryOptions {
  readonly vocabulary: readonly string[]
  readonly owner: "node" | "edge"
  readonly count: number
}

function categories(labels: GraphRecord["nodeLabels"], { vocabulary, owner, count }: CategoryOptions): Uint8Array | undefined {
  if (vocabulary.length === 0) return undefined
  const numbers = new Map(vocabulary.map((label, number) => [label, number]))
  return Uint8Array.from({ length: count }, (_, i) => {
    const label = labels?.[i]
    const number = label === undefined ? undefined : numbers.get(label)
    if (number !== undefined) return number
    const found = label === undefined ? `none for ${owner} ${i}` : JSON.stringify(label)
    throw new DataError(
      `expected labels of ${owner}s among ${someOf(vocabulary)}, got ${found}; give a vocabulary that has it, or one whose list of ${owner}s is empty to leave them unread`,
    )
  })
}

const someOf = (labels: readonly string[]): string =>
  labels.length <= 8 ? labels.join(", ") : `${labels.slice(0, 7).join(", ")} and ${labels.length - 7} more`
