import { formatCount, formatValue, textTable, type Inspection } from "@scalewise/cli"
import {
  duplicateStatistics,
  graphStatistics,
  type GraphStatistics,
  type GraphVocabulary,
  type PackedGraph,
  type PartDuplicates,
} from "@scalewise/graph"

/** Graphs to look at, by part. */
export interface InspectedGraphs {
  /** Path or name that the text begins with. */
  readonly source: string
  /** In plain words where they come from, if that is more than the path. */
  readonly origin?: string
  /** Graphs of each part; a set that is not divided has one. */
  readonly parts: Readonly<Record<string, readonly PackedGraph[]>>
  readonly vocabulary: GraphVocabulary
  readonly faults: readonly string[]
}

interface Column extends GraphStatistics {
  readonly name: string
  readonly duplicates: Partial<PartDuplicates> | undefined
}

/** At most so many lines of one table; `--json` has all. */
const mostLines = 20

/**
 * Says what a set of graphs is like: numbers, sizes, degrees, connectivity, labels, and which graphs come more than once.
 *
 * @param duplicates - whether to compare all graphs
 */
export function inspectGraphs(graphs: InspectedGraphs, { duplicates = true }: { duplicates?: boolean } = {}): Inspection {
  const { parts, vocabulary, faults } = graphs
  const repeated = duplicates ? duplicateStatistics(parts) : undefined
  const columns = Object.entries(parts).map(([name, members]) => ({
    name,
    ...graphStatistics(members, vocabulary),
    duplicates: repeated?.parts[name],
  }))
  const all = Object.values(parts).flat()
  const total: Column = {
    name: "all",
    ...graphStatistics(all, vocabulary),
    duplicates: repeated && { distinct: repeated.distinct },
  }
  return {
    kind: "graphs",
    data: { count: all.length, vocabulary, parts: columns, all: total, ...(graphs.origin !== undefined && { origin: graphs.origin }) },
    text: graphsText(graphs, columns, total),
    faults,
  }
}

function graphsText({ source, origin, vocabulary }: InspectedGraphs, parts: readonly Column[], total: Column): string {
  const columns = parts.length === 1 ? [total] : [...parts, total]
  const measure = (label: string, value: (column: Column) => number | undefined): string[] => [
    label,
    ...columns.map((column) => {
      const number = value(column)
      return number === undefined ? "" : Number.isInteger(number) ? formatCount(number) : formatValue(number)
    }),
  ]
  const other = parts.length > 1 && total.duplicates ? parts : []
  const rows = [
    measure("graphs", ({ count }) => count),
    ...(["nodes", "edges", "degree"] as const).flatMap((what) => [
      measure(`${what}: smallest`, (column) => column[what].min),
      measure("  mean", (column) => column[what].mean),
      measure("  largest", (column) => column[what].max),
    ]),
    measure("connected", ({ connected }) => connected),
    measure("trees", ({ trees }) => trees),
    measure("planar", ({ planar }) => planar),
    measure("isolated nodes", ({ isolatedNodes }) => isolatedNodes),
    ...(total.duplicates ? [measure("distinct (by isomorphism)", ({ duplicates }) => duplicates?.distinct)] : []),
    ...other.map(({ name }) => measure(`also in ${name}`, ({ duplicates }) => duplicates?.alsoIn?.[name])),
  ]
  return [
    `${source}: ${origin ?? `${formatCount(total.count)} graphs`}, ${labelled(vocabulary)}`,
    textTable(["", ...columns.map(({ name }) => name)], rows),
    shares(
      "degree of a node",
      total.degrees.map((count, degree) => [String(degree), count] as const).filter(([, count]) => count > 0),
    ),
    shares(
      "label of a node",
      vocabulary.nodes.map((label, i) => [label, total.nodeLabels[i]!] as const),
    ),
    shares(
      "label of an edge",
      vocabulary.edges.map((label, i) => [label, total.edgeLabels[i]!] as const),
    ),
  ]
    .filter(Boolean)
    .join("\n\n")
}

function labelled({ nodes, edges }: GraphVocabulary): string {
  const kinds = [nodes.length > 0 && `${nodes.length} labels of nodes`, edges.length > 0 && `${edges.length} labels of edges`].filter(
    Boolean,
  )
  return kinds.length === 0 ? "no labels" : kinds.join(", ")
}

function shares(header: string, counts: readonly (readonly [string, number])[]): string {
  if (counts.length === 0) return ""
  const sum = counts.reduce((total, [, count]) => total + count, 0)
  const row = ([name, count]: readonly [string, number]): string[] => [
    name,
    formatCount(count),
    `${sum === 0 ? "0.00" : ((100 * count) / sum).toFixed(2)} %`,
  ]
  if (counts.length <= mostLines) return textTable([header, "count", "share"], counts.map(row))
  const rest = counts.slice(mostLines - 1)
  const more = [`${rest.length} more`, rest.reduce((total, [, count]) => total + count, 0)] as const
  return textTable([header, "count", "share"], [...counts.slice(0, mostLines - 1), more].map(row))
}
