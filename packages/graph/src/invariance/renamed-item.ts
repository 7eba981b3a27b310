import { childPairs } from "../contraction/child-pairs.ts"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { GraphInProgress } from "../contraction/graph-in-progress.ts"
import { structuralFeatures } from "../refiner/structural-features.ts"
import { movedRows, renamedChildren, renamedPatterns, renaming } from "./renaming.ts"

/**
 * A graph on its way under other names: node v becomes `order[v]`, and everything that belongs to a node or an edge goes with it. What the
 * process computes from the graph (structural features, candidates of the next level) is computed again, as the process itself would have
 * done had it met the nodes in this order.
 */
export function renamedItem(item: GraphInProgress, order: Int32Array, config: ContractionConfig): GraphInProgress {
  const moved = renaming(item.graph, order)
  const splits = movedRows(item.splits, order)
  const last = item.past.at(-1)
  const looks = item.phase === "patterns" ? renamedChildren(item.splits, order) : order
  return {
    ...item,
    graph: moved.graph,
    structure: item.structure.nodes.length > 0 ? structuralFeatures(moved.graph, config.walks) : item.structure,
    ancestry: movedRows(item.ancestry, order),
    blocks: item.blocks && movedRows(item.blocks, order),
    splits,
    children: item.children && childPairs(moved.graph, splits),
    patterns: item.children ? renamedPatterns(item.patterns, moved) : item.patterns,
    nodeLabels: movedRows(item.nodeLabels, order),
    edgeLabels: movedRows(item.edgeLabels, moved.edges),
    noise: movedRows(item.noise, looks, config.noise),
    past: last ? [...item.past.slice(0, -1), { ...last, parent: movedRows(last.parent, order) }] : item.past,
  }
}

/** Whether two graphs on their way are the same under the same names: structure, codes and labels, and blocks up to their numbers. */
export function isSameItem(a: GraphInProgress, b: GraphInProgress): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>): boolean =>
    x.length === y.length && Array.from(x).every((value, i) => value === y[i])
  return (
    a.phase === b.phase &&
    a.level === b.level &&
    a.round === b.round &&
    a.repairs === b.repairs &&
    a.graph.nodes === b.graph.nodes &&
    same(a.graph.edges, b.graph.edges) &&
    same(a.splits, b.splits) &&
    same(a.patterns, b.patterns) &&
    same(a.nodeLabels, b.nodeLabels) &&
    same(a.edgeLabels, b.edgeLabels) &&
    same(a.ancestry, b.ancestry) &&
    same(a.blocks ?? [], b.blocks ?? [])
  )
}
