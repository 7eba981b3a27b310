import type { PackedGraph } from "../graph/packed-graph.ts"
import { isomorphismClasses } from "./isomorphism.ts"

/** What exact isomorphism says of each graph of a set. */
export interface GraphOrigin {
  /** An earlier graph of the same set is isomorphic to it. */
  readonly repeated: boolean
  /** A training graph is. */
  readonly inTrain: boolean
}

/** Finds repetitions inside several sets, and training graphs in them; labels count. */
export function graphOrigins(sets: readonly (readonly PackedGraph[])[], train: readonly PackedGraph[]): GraphOrigin[][] {
  const classes = isomorphismClasses([...train, ...sets.flat()])
  const known = new Set(classes.subarray(0, train.length))
  let next = train.length
  return sets.map((set) => {
    const seen = new Set<number>()
    return set.map(() => {
      const own = classes[next++]!
      const repeated = seen.has(own)
      seen.add(own)
      return { repeated, inTrain: known.has(own) }
    })
  })
}
