import { existsSync, statSync } from "node:fs"
import path from "node:path"
import { ConfigError, DataError, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { generatedDataset, generatedDatasetNames, type GeneratedDatasetName } from "./generators/generated-dataset.ts"
import { dividedInOrder, type GraphDataset } from "./graph-dataset.ts"
import type { GraphFile, ReadGraphsOptions } from "./graph-file.ts"
import { readGraphs } from "./read-graphs.ts"

/** Options of `openGraphDataset`. */
export interface OpenGraphDatasetOptions extends ReadGraphsOptions {
  /** Makes generated graphs, and divides files that are not divided. */
  readonly random: RandomStream
  /** Graphs to generate. @defaultValue 200 */
  readonly count?: number | undefined
  /** Nodes of the generated graphs. @defaultValue what the set of that name has in the literature */
  readonly nodes?: number | undefined
  /** Share of the training graphs to validate with, where a file has a training part and none for validation. @defaultValue 0.2 */
  readonly validationShare?: number | undefined
}

const splitNames = new Map<string, keyof GraphDataset["splits"]>([
  ["train", "train"],
  ["training", "train"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["test", "test"],
])

/**
 * A set of graphs by the name of a generator ("planar", "tree", ...), from a file of graphs, or QM9 from a folder with its files. A file
 * is divided as it says; else at random, by the stream. `origin` tells which.
 *
 * Nodes of a file keep their order, which may say something about the graph: `relabelled` changes it.
 *
 * @throws ConfigError for a name that is neither, DataError as `readGraphs`, and for splits that are not train, val and test
 */
export async function openGraphDataset(source: string, options: OpenGraphDatasetOptions): Promise<GraphDataset> {
  const { random, count, nodes, largestComponent } = options
  if (isGenerated(source)) return generatedDataset(source, { random, count, nodes, largestComponent })
  if (!existsSync(source)) {
    const names = generatedDatasetNames.join(", ")
    if (/[./\\]/.test(source))
      throw new DataError(`${source}: expected a file of graphs, got no such file; check the path, or name one of ${names}`)
    throw new ConfigError(`expected a file of graphs or one of ${names}, got "${source}"`)
  }
  const { findQm9, openQm9 } = await import("../molecule/open-qm9.ts")
  const qm9 = findQm9(source)
  if (qm9) {
    const molecules = await openQm9(qm9)
    return { ...molecules, origin: `QM9 without its ${molecules.charged} charged molecules, in the published division` }
  }
  if (statSync(source).isDirectory())
    throw new DataError(`${source}: expected a file of graphs, or a folder with the files of QM9, got another folder; name a file in it`)
  const file = await readGraphs(source, options)
  const name = path.basename(source).replace(/\.[a-z]+(\.gz)?$/i, "")
  const { splits, origin } = divided(source, file, options)
  return {
    name,
    vocabulary: file.vocabulary,
    splits,
    origin: `${file.graphs.length} graphs of ${path.basename(source)}, ${origin}`,
    faults: file.faults,
  }
}

const isGenerated = (name: string): name is GeneratedDatasetName => (generatedDatasetNames as string[]).includes(name)

function divided(
  source: string,
  { graphs, ids, splits }: GraphFile,
  { random, validationShare = 0.2 }: OpenGraphDatasetOptions,
): Pick<GraphDataset, "splits" | "origin"> {
  const shuffled = (list: readonly PackedGraph[]): PackedGraph[] =>
    Array.from(random.fold("division").permutation(list.length), (i) => list[i]!)
  if (splits.every((split) => split === undefined)) {
    if (graphs.length < 3) throw new DataError(`${source}: expected at least 3 graphs, one for each part, got ${graphs.length}`)
    return { splits: dividedInOrder(shuffled(graphs)), origin: "divided at random into 64 % train, 16 % validation, 20 % test" }
  }
  const parts: GraphDataset["splits"] = { train: [], validation: [], test: [] }
  for (const [i, split] of splits.entries()) {
    const part = splitNames.get(split?.toLowerCase() ?? "")
    if (!part)
      throw new DataError(
        `${source}: expected the split train, val or test for every graph, got ${split ?? "none"} for graph "${ids[i]}"; name the right field with splitField`,
      )
    parts[part].push(graphs[i]!)
  }
  const held = Math.floor(parts.train.length * validationShare)
  if (parts.validation.length > 0 || held === 0) return { splits: parts, origin: "divided as the file says" }
  const train = shuffled(parts.train)
  return {
    splits: { train: train.slice(held), validation: train.slice(0, held), test: parts.test },
    origin: `divided as the file says, with ${held} of its ${train.length} training graphs, drawn at random, held out for validation`,
  }
}
