import type { LevelContext } from "./level-context.ts"

/** Columns that blocks add to a node. */
export const blockNodeFeatures = 3

/**
 * What a node is told of its block: that there are blocks at this level, log of the block's nodes, and the block's share of the finished
 * graph in units of 40 nodes. Zeros above the level where blocks are single nodes.
 */
export function blockFeatures({ blocks, nodes, target }: LevelContext): Float32Array {
  const features = new Float32Array(blockNodeFeatures * nodes)
  if (!blocks) return features
  const size = new Map<number, number>()
  for (let v = 0; v < nodes; v++) size.set(blocks[v]!, (size.get(blocks[v]!) ?? 0) + 1)
  for (let v = 0; v < nodes; v++) {
    const own = size.get(blocks[v]!)!
    features.set([1, Math.log(own), ((own / nodes) * target) / 40], blockNodeFeatures * v)
  }
  return features
}

/** Whether the ends of a pair are in one block; 0 where there are no blocks yet. */
export const insideBlock = (blocks: ArrayLike<number> | undefined, u: number, v: number): number =>
  blocks && blocks[u] === blocks[v] ? 1 : 0
