/** What both networks are told about a level besides its graph. */
export interface LevelContext {
  /** Nodes of the finished graph. */
  readonly target: number
  /** Nodes and edges of the level. */
  readonly nodes: number
  readonly edges: number
  /** Nodes and edges of the next level. Edges are used where the model was trained to be told them. */
  readonly nextNodes: number
  readonly nextEdges: number
  /** Block of each node of the level, in the finished graph's partition; undefined above the level where every block is one node. */
  readonly blocks?: ArrayLike<number> | undefined
}

/** Columns of `levelGlobals`. */
export const levelGlobalCount = 9

/** The context as numbers, and the share of codes that are hidden. */
export function levelGlobals(
  { target, nodes, edges, nextNodes, nextEdges }: LevelContext,
  hidden: number,
  edgeCounts: boolean,
): Float32Array {
  return Float32Array.of(
    Math.log(target),
    Math.log(nodes),
    (nextNodes - nodes) / nodes,
    Math.log2(target / nextNodes),
    nextNodes === target ? 1 : 0,
    Math.log(nextNodes),
    hidden,
    edgeCounts ? Math.log((1 + nextEdges) / nextNodes) : 0,
    edgeCounts ? Math.log((1 + nextEdges) / (1 + edges)) : 0,
  )
}
