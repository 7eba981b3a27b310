import { ConfigError, type RandomStream } from "@scalewise/nn"
import type { GraphCondition } from "./graph-process.ts"

/** How many training graphs there are of each number of nodes. */
export type SizeLaw = readonly { readonly nodes: number; readonly count: number }[]

/** The law of the sizes of a training set, ascending. */
export function sizeLaw(graphs: readonly { readonly nodes: number }[]): SizeLaw {
  const counts = new Map<number, number>()
  for (const { nodes } of graphs) counts.set(nodes, (counts.get(nodes) ?? 0) + 1)
  return Array.from(counts, ([nodes, count]) => ({ nodes, count })).toSorted((a, b) => a.nodes - b.nodes)
}

/** log p(nodes); -Infinity for a size that the training set lacks. */
export function sizeLogProb(law: SizeLaw, nodes: number): number {
  const total = law.reduce((sum, { count }) => sum + count, 0)
  return Math.log((law.find((entry) => entry.nodes === nodes)?.count ?? 0) / total)
}

/**
 * Nodes of graph `row` of a batch: those asked for, or drawn from the law.
 *
 * @throws ConfigError for fewer than two nodes, or a law of no sizes
 */
export function graphSize(law: SizeLaw, { nodes }: GraphCondition, row: number, random: RandomStream): number {
  const wanted = typeof nodes === "number" ? nodes : nodes?.[row]
  if (wanted !== undefined) {
    if (!Number.isInteger(wanted) || wanted < 2) throw new ConfigError(`graph size: expected at least two nodes, got ${wanted}`)
    return wanted
  }
  const total = law.reduce((sum, { count }) => sum + count, 0)
  if (total < 1) throw new ConfigError("graph size: expected sizes of training graphs, got none; give the number of nodes")
  let left = random.integers(1, total)[0]!
  return law.find(({ count }) => (left -= count) < 0)!.nodes
}
