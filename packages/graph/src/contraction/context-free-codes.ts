import type { ContractionPyramid } from "./contraction-pyramid.ts"
import { childPairs, transposedPattern as turned } from "./child-pairs.ts"
import { patternClasses } from "./pattern-head.ts"

/** Code lengths without a network, in bits for each edge of the finest graphs: what a trained model has to beat. */
export interface ContextFreeCodes {
  /** Whether each pair of children is joined, all pairs alike and independent. */
  readonly pairs: number
  /** Patterns, one law for each shape (1 x 2 or 2 x 2 children). */
  readonly patterns: number
  /** The same where siblings come in random order instead of by their role. */
  readonly patternsWithoutRoles: number
  /** Whether each node splits, all nodes alike. */
  readonly splits: number
}

/** Entropies of the empirical laws of a set's codes, over all levels together. Laws are fitted to the set itself, so that they are slightly too short. */
export function contextFreeCodes(pyramids: readonly ContractionPyramid[]): ContextFreeCodes {
  let edges = 0
  const splits = [0, 0]
  const pairs = [0, 0]
  const [two, four] = [new Float64Array(4), new Float64Array(patternClasses + 1)]
  const [twoMixed, fourMixed] = [new Float64Array(4), new Float64Array(patternClasses + 1)]
  for (const { levels, graph } of pyramids) {
    edges += graph.edges.length / 2
    for (const level of levels) {
      for (const split of level.splits) splits[split]!++
      const { shapes } = childPairs(level.graph, level.splits)
      for (const [e, shape] of shapes.entries()) {
        const mask = level.patterns[e]!
        for (let bit = 0; bit < 4; bit++) if ((shape >> bit) & 1) pairs[(mask >> bit) & 1]!++
        if (shape === 15) {
          // Which end is called the first means nothing: half for each.
          for (const one of [mask, turned(mask)]) four[one]! += 1 / 2
          for (const one of [mask, turned(mask)])
            for (const other of [one, swapped(one), turned(swapped(turned(one))), swapped(turned(swapped(turned(one))))])
              fourMixed[other]! += 1 / 8
        } else if (shape !== 1) {
          const narrow = shape === 3 ? mask : (mask & 1) | ((mask >> 1) & 2)
          two[narrow]!++
          for (const one of [narrow, ((narrow & 1) << 1) | (narrow >> 1)]) twoMixed[one]! += 1 / 2
        }
      }
    }
  }
  const perEdge = (...laws: readonly ArrayLike<number>[]): number => laws.reduce((sum, counts) => sum + bits(counts), 0) / edges
  return {
    pairs: perEdge(pairs),
    patterns: perEdge(two, four),
    patternsWithoutRoles: perEdge(twoMixed, fourMixed),
    splits: perEdge(splits),
  }
}

/** The pattern with the children of the second end exchanged. */
const swapped = (mask: number): number => ((mask & 0b0101) << 1) | ((mask & 0b1010) >> 1)

/** Bits of all items of some counts under the law of the counts. */
function bits(counts: ArrayLike<number>): number {
  const list = Array.from(counts)
  const total = list.reduce((a, b) => a + b, 0)
  return list.reduce((sum, count) => (count > 0 ? sum + count * Math.log2(total / count) : sum), 0)
}
