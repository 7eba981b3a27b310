import { trianglesOf, type PairGraph } from "../refiner/pair-graph.ts"
import { structuralEdgeFeatures, structuralNodeFeatures, type StructuralFeatures } from "../refiner/structural-features.ts"
import { blockFeatures, blockNodeFeatures, insideBlock } from "./block-features.ts"
import type { ChildPairs } from "./child-pairs.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { levelGlobalCount, levelGlobals, type LevelContext } from "./level-context.ts"

/** Pairs: sibling, certain, hidden, there, not there; then the shape of their edge: 1, 2 or 4 pairs. */
const pairKinds = 8

/** Columns of the features that `patternInput` makes. */
export const patternInputWidths = ({ walks, noise, blocks }: ContractionConfig): { nodes: number; pairs: number; globals: number } => ({
  nodes: structuralNodeFeatures(walks) + 5 + noise + (blocks ? blockNodeFeatures : 0),
  pairs: structuralEdgeFeatures(walks) + pairKinds + (blocks ? 1 : 0),
  globals: levelGlobalCount + 2,
})

/** The candidates of the next level as the network sees them that says which of them there are. */
export interface PatternInput {
  readonly children: ChildPairs
  /** Of the parents' graph. */
  readonly structure: StructuralFeatures
  readonly splits: Uint8Array
  /** Per edge of the parents' graph; 0 where it is not known yet. Edges with one pair are always known. */
  readonly patterns: Uint8Array
  readonly context: LevelContext
  /** [children, noise] */
  readonly noise: Float32Array
}

/** Features of the children and their candidate pairs for the pattern network. */
export function patternInput(
  { children, structure, splits, patterns, context, noise }: PatternInput,
  config: ContractionConfig,
): PairGraph {
  const widths = patternInputWidths(config)
  const own = structuralNodeFeatures(config.walks)
  const ownEdge = structuralEdgeFeatures(config.walks)
  const { nodes, pairs, parent, first, siblings, edgeOf, shapes, slots } = children
  const count = edgeOf.length
  const nodeFeatures = new Float32Array(nodes * widths.nodes)
  const pairFeatures = new Float32Array(count * widths.pairs)
  const known = new Int32Array(nodes) // candidates of each child that are there
  const open = new Int32Array(nodes) // and those that may be
  const state = new Uint8Array(count)
  for (let e = 0; e < shapes.length; e++)
    for (let bit = 0; bit < 4; bit++) {
      const pair = slots[4 * e + bit]!
      if (pair < 0) continue
      const isThere = (patterns[e]! >> bit) & 1
      state[pair] = shapes[e] === 1 ? 1 : patterns[e] === 0 ? 2 : isThere ? 3 : 4
      const tally = state[pair] === 2 ? open : known
      if (state[pair] === 4) continue
      tally[pairs[2 * pair]!]!++
      tally[pairs[2 * pair + 1]!]!++
    }
  const blocks = config.blocks ? blockFeatures(context) : undefined
  for (let v = 0; v < nodes; v++) {
    const at = v * widths.nodes
    const from = parent[v]!
    nodeFeatures.set(structure.nodes.subarray(from * own, (from + 1) * own), at)
    const slot = v - first[from]!
    if (splits[from]) nodeFeatures[at + own + 1 + slot] = 1
    else nodeFeatures[at + own] = 1
    nodeFeatures[at + own + 3] = Math.log1p(known[v]!)
    nodeFeatures[at + own + 4] = Math.log1p(open[v]!)
    nodeFeatures.set(noise.subarray(v * config.noise, (v + 1) * config.noise), at + own + 5)
    if (blocks) nodeFeatures.set(blocks.subarray(from * blockNodeFeatures, (from + 1) * blockNodeFeatures), at + own + 5 + config.noise)
  }
  for (let pair = 0; pair < count; pair++) {
    const at = pair * widths.pairs
    const edge = edgeOf[pair]!
    if (edge >= 0) {
      pairFeatures.set(structure.edges.subarray(edge * ownEdge, (edge + 1) * ownEdge), at)
      const shape = shapes[edge]!
      pairFeatures[at + ownEdge + (shape === 1 ? 5 : shape === 15 ? 7 : 6)] = 1
    }
    pairFeatures[at + ownEdge + state[pair]!] = 1
    if (config.blocks)
      pairFeatures[at + ownEdge + pairKinds] = insideBlock(context.blocks, parent[pairs[2 * pair]!]!, parent[pairs[2 * pair + 1]!]!)
  }
  return {
    nodes,
    pairs,
    triangles: config.triangles > 0 ? trianglesOf(nodes, pairs) : new Int32Array(),
    widths,
    nodeFeatures,
    pairFeatures,
    globals: globalsOf({ siblings, shapes, patterns, context }, config.edgeCounts),
  }
}

/** The level's globals, and how much is hidden: the share of the edges that have a choice, and the edges still to place for each. */
function globalsOf(
  { siblings, shapes, patterns, context }: { siblings: number; shapes: Uint8Array; patterns: Uint8Array; context: LevelContext },
  edgeCounts: boolean,
): Float32Array {
  let [choices, hidden, placed] = [0, 0, siblings]
  for (const [e, shape] of shapes.entries()) {
    if (shape === 1) placed++
    else {
      choices++
      if (patterns[e] === 0) hidden++
      else for (let bits = patterns[e]!; bits > 0; bits >>= 1) placed += bits & 1
    }
  }
  const globals = new Float32Array(levelGlobalCount + 2)
  globals.set(levelGlobals(context, choices > 0 ? hidden / choices : 0, edgeCounts))
  globals[levelGlobalCount] = Math.log1p(hidden)
  globals[levelGlobalCount + 1] = edgeCounts && hidden > 0 ? (context.nextEdges - placed) / hidden : 0
  return globals
}
