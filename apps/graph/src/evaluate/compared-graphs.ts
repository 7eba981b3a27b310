import { findQm9, openQm9, readGraphs, readSmiles, type GraphVocabulary, type PackedGraph } from "@scalewise/graph"
import { DataError } from "@scalewise/nn"

/** Graphs that samples are held against, by part. */
interface Reference {
  readonly splits: ReadonlyMap<string, readonly PackedGraph[]>
  /** Graphs that no split has. */
  readonly others: readonly PackedGraph[]
  readonly vocabulary: GraphVocabulary
  readonly faults: readonly string[]
}

/** Two files of graphs, ready to be compared. */
export interface ComparedGraphs {
  readonly samples: PackedGraph[]
  /** The split that samples are held against. */
  readonly reference: PackedGraph[]
  /** What the sampler has learned from; undefined where the file does not say. */
  readonly train: PackedGraph[] | undefined
  readonly validation: PackedGraph[] | undefined
  /** What the labels of all of them stand for. */
  readonly vocabulary: GraphVocabulary
  /** Samples that could not be read. */
  readonly unreadable: number
  readonly faults: readonly string[]
  /** One sentence: what is compared with what. */
  readonly summary: string
}

/** Options of `comparedGraphs`. */
export interface ComparedGraphsOptions {
  readonly samples: string
  readonly reference: string
  /** @defaultValue "test"; without any splits all graphs of the file */
  readonly testSplit?: string | undefined
  /** Field that names the split. @defaultValue "split" */
  readonly splitField?: string | undefined
}

/**
 * Reads samples and reference, and brings their labels to one vocabulary.
 *
 * @throws DataError for a file that cannot be read, and for a split that the reference lacks
 */
export async function comparedGraphs({
  samples: samplesFile,
  reference: referenceFile,
  testSplit,
  splitField,
}: ComparedGraphsOptions): Promise<ComparedGraphs> {
  const reference = await readReference(referenceFile, splitField)
  // Charged molecules are samples like others
  const samples = /\.smi(\.gz)?$/i.test(samplesFile) ? await readSmiles(samplesFile, { charged: "keep" }) : await readGraphs(samplesFile)
  const split = testSplit ?? "test"
  const isDivided = reference.splits.size > 0
  if (!reference.splits.has(split) && (isDivided || testSplit !== undefined))
    throw new DataError(
      `${referenceFile}: expected graphs of the split "${split}", got ${isDivided ? `the splits ${[...reference.splits.keys()].join(", ")}` : "a file without splits"}; name another with --test-split or the right field with --split-field`,
    )
  const vocabulary = jointVocabulary(samples.vocabulary, reference.vocabulary)
  const real = (name: string): PackedGraph[] | undefined =>
    name === split ? undefined : reference.splits.get(name)?.map((graph) => translated(graph, reference.vocabulary, vocabulary))
  const target = (reference.splits.get(split) ?? reference.others).map((graph) => translated(graph, reference.vocabulary, vocabulary))
  const train = real("train")
  const files = `${samples.graphs.length} graphs of ${samplesFile} against ${isDivided ? `the ${target.length} graphs of split "${split}"` : `all ${target.length} graphs`} of ${referenceFile}`
  return {
    samples: samples.graphs.map((graph) => translated(graph, samples.vocabulary, vocabulary)),
    reference: target,
    train,
    validation: real("validation") ?? real("val"),
    vocabulary,
    unreadable: samples.faults.length,
    faults: [...samples.faults, ...reference.faults],
    summary: `${files}${train ? `, ${train.length} training graphs` : '; it has no split "train": no floors, baselines and novelty'}`,
  }
}

async function readReference(file: string, splitField: string | undefined): Promise<Reference> {
  const qm9 = findQm9(file)
  if (qm9) {
    const { splits, vocabulary, faults } = await openQm9(qm9)
    return { splits: new Map(Object.entries(splits)), others: [], vocabulary, faults }
  }
  const { graphs, splits: names, vocabulary, faults } = await readGraphs(file, { splitField })
  const splits = new Map<string, PackedGraph[]>()
  for (const [i, name] of names.entries()) if (name !== undefined) splits.set(name, [...(splits.get(name) ?? []), graphs[i]!])
  return { splits, others: graphs.filter((_, i) => names[i] === undefined), vocabulary, faults }
}

/** Labels of both; none of a kind that one of them lacks, since nothing could be compared by it. */
function jointVocabulary(a: GraphVocabulary, b: GraphVocabulary): GraphVocabulary {
  const joint = (kind: "nodes" | "edges"): string[] =>
    a[kind].length > 0 && b[kind].length > 0 ? [...new Set([...b[kind], ...a[kind]])] : []
  return { nodes: joint("nodes"), edges: joint("edges") }
}

function translated(graph: PackedGraph, from: GraphVocabulary, to: GraphVocabulary): PackedGraph {
  const labels = (kind: "nodes" | "edges", own: Uint8Array | undefined): Uint8Array | undefined =>
    own && to[kind].length > 0 ? own.map((label) => to[kind].indexOf(from[kind][label]!)) : undefined
  const [nodeLabels, edgeLabels] = [labels("nodes", graph.nodeLabels), labels("edges", graph.edgeLabels)]
  return { nodes: graph.nodes, edges: graph.edges, ...(nodeLabels && { nodeLabels }), ...(edgeLabels && { edgeLabels }) }
}
