import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"

/** What a file of graphs holds: entry i of every list belongs to graph i. */
export interface GraphFile {
  readonly graphs: PackedGraph[]
  /** Names of the graphs; their positions in the file where it has none. */
  readonly ids: string[]
  /** "train", "val", "test", or what the file says; undefined where it says nothing. */
  readonly splits: (string | undefined)[]
  /** What the labels of the graphs stand for. */
  readonly vocabulary: GraphVocabulary
  /** What was left out, one sentence each with its place in the file. */
  readonly faults: string[]
}

/** Options of `readGraphs`. */
export interface ReadGraphsOptions {
  /**
   * Labels that are allowed, in the order of their categories; an empty list leaves that attribute unread.
   * @defaultValue the labels found in the file, sorted
   */
  readonly vocabulary?: GraphVocabulary | undefined
  /** Field that names the split of a graph. @defaultValue "split" */
  readonly splitField?: string | undefined
  /** Attribute that holds the category of a node. @defaultValue "label" */
  readonly nodeAttribute?: string | undefined
  /** Attribute that holds the category of an edge. @defaultValue "label" */
  readonly edgeAttribute?: string | undefined
  /** Refuse the file at its first fault, instead of leaving that graph out. @defaultValue false */
  readonly strict?: boolean | undefined
  /** Remove self-loops, keep the first of repeated edges, and forget directions, instead of refusing such graphs. @defaultValue false */
  readonly simplify?: boolean | undefined
  /** Keep only the largest component of every graph (of equals the one with the earliest node). @defaultValue false */
  readonly largestComponent?: boolean | undefined
}
