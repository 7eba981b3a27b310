import { ConfigError } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { forceLayout, type ForceLayoutOptions } from "./force-layout.ts"

/** One picture of a graph that grows. */
export interface GrowthPicture {
  /** Places of the nodes of the level: x0, y0, x1, y1, ... */
  readonly positions: Float64Array
  /** u0, v0, u1, v1, ... */
  readonly edges: Int32Array
  /** Node of the level before that each node comes from; not for the first level. */
  readonly parents?: Int32Array
  /** Nodes of the last level that each node becomes; circles with the root of it as radius have areas that add up. */
  readonly descendants: Int32Array
  /** Group of each node: its ancestor in the last level with few nodes; in coarser levels the group of its first descendant there. */
  readonly groups: Int32Array
}

/** Options of `growthLayout`. */
export interface GrowthLayoutOptions extends ForceLayoutOptions {
  /** Nodes are grouped by their ancestors in the last level with no more nodes than this. @defaultValue 6 */
  readonly mostGroups?: number
}

/**
 * Places for a film of a graph that grows from coarse to fine: the last level is laid out, and every node of a coarser level stands in the
 * middle of what it becomes, so that children keep their parents' places.
 *
 * @param levels - coarse to fine
 * @param parents - for every level but the first the parent of each node: entry k belongs to level k + 1
 * @throws ConfigError where the lists do not fit each other
 */
export function growthLayout(
  levels: readonly PackedGraph[],
  parents: readonly Int32Array[],
  { mostGroups = 6, ...options }: GrowthLayoutOptions = {},
): GrowthPicture[] {
  const last = levels.at(-1)
  if (!last || parents.length !== levels.length - 1)
    throw new ConfigError(
      `growthLayout: expected parents for every level but the first, got ${parents.length} lists for ${levels.length} levels`,
    )
  for (const [k, list] of parents.entries())
    if (list.length !== levels[k + 1]!.nodes || list.some((parent) => !(parent >= 0 && parent < levels[k]!.nodes)))
      throw new ConfigError(
        `growthLayout: expected a parent among the ${levels[k]!.nodes} nodes of level ${k} for each of the ${levels[k + 1]!.nodes} of level ${k + 1}`,
      )

  const pictures: Places[] = [{ positions: forceLayout(last, options), descendants: new Int32Array(last.nodes).fill(1) }]
  for (let k = levels.length - 2; k >= 0; k--) pictures.unshift(gathered(levels[k]!.nodes, parents[k]!, pictures[0]!))
  const groupLevel = Math.max(
    0,
    levels.findLastIndex(({ nodes }) => nodes <= mostGroups),
  )
  const groups: Int32Array[] = []
  groups[groupLevel] = Int32Array.from({ length: levels[groupLevel]!.nodes }, (_, v) => v)
  for (let k = groupLevel; k < parents.length; k++) groups[k + 1] = parents[k]!.map((parent) => groups[k]![parent]!)
  for (let k = groupLevel - 1; k >= 0; k--)
    groups[k] = Int32Array.from({ length: levels[k]!.nodes }, (_, v) => groups[k + 1]![parents[k]!.indexOf(v)] ?? 0)
  return pictures.map((picture, k) => ({
    ...picture,
    edges: levels[k]!.edges,
    ...(k > 0 && { parents: parents[k - 1]! }),
    groups: groups[k]!,
  }))
}

type Places = Pick<GrowthPicture, "positions" | "descendants">

/** Parents in the middle of their children, each child as heavy as what it becomes. */
function gathered(nodes: number, parents: Int32Array, children: Places): Places {
  const positions = new Float64Array(2 * nodes)
  const descendants = new Int32Array(nodes)
  for (const [child, parent] of parents.entries()) {
    const weight = children.descendants[child]!
    descendants[parent]! += weight
    positions[2 * parent]! += weight * children.positions[2 * child]!
    positions[2 * parent + 1]! += weight * children.positions[2 * child + 1]!
  }
  for (let v = 0; v < nodes; v++) for (const axis of [0, 1]) positions[2 * v + axis]! /= Math.max(1, descendants[v]!)
  return { positions, descendants }
}
