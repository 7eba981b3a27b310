import { ConfigError, type RandomStream } from "@scalewise/nn"
import type { ContractionPyramid } from "./contraction-pyramid.ts"

/** Sizes of the levels of one training pyramid, coarse to fine, the finished graph last: what sampling takes from the training set. */
export interface LevelSizes {
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  /** Nodes of each block at each level, `null` above the one where every block is one node; absent without blocks. */
  readonly blocks?: readonly (readonly number[] | null)[]
}

/** The sizes of a pyramid. `finalBlocks` are the blocks of its finest graph's nodes, where there are any. */
export function levelSizes({ levels, graph, order }: ContractionPyramid, finalBlocks?: ArrayLike<number>): LevelSizes {
  const graphs = [...levels.map((level) => level.graph), graph]
  const sizes = { nodes: graphs.map(({ nodes }) => nodes), edges: graphs.map(({ edges }) => edges.length / 2) }
  if (!finalBlocks) return sizes
  const perLevel = [...levels.map(({ blocks }) => blocks), Int32Array.from(order, (v) => finalBlocks[v]!)]
  const first = perLevel.find((blocks) => blocks !== undefined)!
  // Blocks in the order of their nodes on the level where each is one node, so that sampling can number them alike.
  const rank = new Map(Array.from(first, (block, node) => [block, node]))
  return {
    ...sizes,
    blocks: perLevel.map((blocks) => {
      if (!blocks) return null
      const counts = Array.from({ length: rank.size }, () => 0)
      for (const block of blocks) counts[rank.get(block)!]!++
      return counts
    }),
  }
}

/**
 * Sizes for a new graph: those of a random training pyramid, of one whose graph has `nodes` nodes where this is asked for, and otherwise a
 * chain drawn backwards: each level is smaller than the one below by a ratio that a training level of about the same size had.
 *
 * @throws ConfigError for fewer than two nodes
 */
export function drawnSizes(known: readonly LevelSizes[], nodes: number | undefined, random: RandomStream): LevelSizes {
  if (nodes !== undefined && (!Number.isInteger(nodes) || nodes < 2))
    throw new ConfigError(`graph size: expected at least two nodes, got ${nodes}`)
  const fitting = nodes === undefined ? known : known.filter((sizes) => sizes.nodes.at(-1) === nodes)
  if (fitting.length > 0) return fitting[random.fold("pyramid").integers(1, fitting.length)[0]!]!
  // From the finished graph up: [nodes, edges] of a level and of the coarser one, over all training levels.
  const steps = known.flatMap((sizes) =>
    sizes.nodes.slice(1).map((fine, i) => ({ fine, coarse: sizes.nodes[i]!, edges: sizes.edges[i + 1]! })),
  )
  const near = (size: number, at: number): (typeof steps)[number] => {
    const distance = (step: (typeof steps)[number]): number => Math.abs(Math.log(step.fine / size))
    const closest = steps.toSorted((a, b) => distance(a) - distance(b)).slice(0, 20)
    return closest[random.fold("chain").fold(at).integers(1, closest.length)[0]!]!
  }
  const chain = { nodes: [nodes!], edges: [Math.round((near(nodes!, 0).edges / near(nodes!, 0).fine) * nodes!)] }
  for (let at = 1; chain.nodes[0]! > 1; at++) {
    const size = chain.nodes[0]!
    const coarse = Math.min(size - 1, Math.max(Math.ceil(size / 2), Math.round((near(size, at).coarse / near(size, at).fine) * size)))
    const like = near(coarse, at + 1000)
    chain.nodes.unshift(coarse)
    chain.edges.unshift(coarse === 1 ? 0 : Math.max(coarse - 1, Math.round((like.edges / like.fine) * coarse)))
  }
  return chain
}
