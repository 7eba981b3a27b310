import type { PackedGraph } from "../graph/packed-graph.ts"
import { isomorphismClasses } from "../metrics/isomorphism.ts"

/** Which graphs come again. */
export interface DuplicateStatistics {
  /** Graphs that differ, by exact isomorphism with labels. */
  readonly distinct: number
  readonly parts: Readonly<Record<string, PartDuplicates>>
}

/** Which graphs of a part come again. */
export interface PartDuplicates {
  /** Graphs of the part that differ. */
  readonly distinct: number
  /** By the name of another part: graphs of this part that are isomorphic to one of that part. */
  readonly alsoIn: Readonly<Record<string, number>>
}

/** Duplicates inside and between the parts of a set: with many, novelty means little, and a model that copies scores well. */
export function duplicateStatistics(parts: Readonly<Record<string, readonly PackedGraph[]>>): DuplicateStatistics {
  const classes = isomorphismClasses(Object.values(parts).flat())
  let start = 0
  const classesOf = Object.entries(parts).map(([name, graphs]) => {
    const own = classes.subarray(start, (start += graphs.length))
    return { name, own, distinct: new Set(own) }
  })
  const duplicates = classesOf.map(({ name, own, distinct }): [string, PartDuplicates] => {
    const others = classesOf.filter((other) => other.name !== name)
    const alsoIn = others.map((other): [string, number] => [other.name, own.filter((label) => other.distinct.has(label)).length])
    return [name, { distinct: distinct.size, alsoIn: Object.fromEntries(alsoIn) }]
  })
  return { distinct: new Set(classes).size, parts: Object.fromEntries(duplicates) }
}
