import { existsSync } from "node:fs"
import { stat } from "node:fs/promises"
import { openGraphDataset, readGraphs, type OpenGraphDatasetOptions, type PackedGraph } from "@scalewise/graph"
import type { InspectedGraphs } from "./inspect-graphs.ts"

/**
 * The graphs to inspect: of a file in the parts that it names, of a generator, or of QM9's folder.
 *
 * @throws ConfigError and DataError as `openGraphDataset`
 */
export async function inspectedGraphs(source: string, options: OpenGraphDatasetOptions): Promise<InspectedGraphs> {
  if (!existsSync(source) || (await stat(source)).isDirectory()) {
    const { splits, vocabulary, origin, faults } = await openGraphDataset(source, options)
    return { source, origin, vocabulary, faults, parts: { ...splits } }
  }
  const { graphs, splits, vocabulary, faults } = await readGraphs(source, options)
  const parts: Record<string, PackedGraph[]> = {}
  const names = new Set(splits.map(partName))
  for (const name of [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) parts[name] = []
  for (const [i, split] of splits.entries()) parts[partName(split)]!.push(graphs[i]!)
  return { source, vocabulary, faults, parts }
}

const partName = (split: string | undefined): string => split ?? "no split"

const usual = ["train", "training", "val", "valid", "validation", "test"]

const rank = (name: string): number => (usual.includes(name) ? usual.indexOf(name) : usual.length)
