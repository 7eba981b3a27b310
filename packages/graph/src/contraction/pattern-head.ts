import { layers, ops, tf, type Layer, type Parameters } from "@scalewise/nn"
import type { ChildPairs } from "./child-pairs.ts"
import type { RefinerOutput } from "../refiner/refiner.ts"

// M edges with a choice (sites), V children, E candidate pairs, D width

/** Number of patterns: the non-empty sets of up to four pairs; class c is the mask c + 1. */
export const patternClasses = 15

/** Where each site finds what it needs in a batch. */
export interface PatternSites {
  /** Candidate pair of each bit [M, 4]; any number where there is none. */
  readonly slots: Int32Array
  /** 1 where there is one [M, 4]. */
  readonly present: Float32Array
  /** Children of the smaller end, then of the larger one [M, 2 x 2]; an end that does not split has its only child twice. */
  readonly children: Int32Array
  /** -1e9 for patterns that the site's shape does not allow [M, 15]. */
  readonly forbidden: Float32Array
}

/** A site to write: an edge of a graph whose children and pairs begin at the given numbers of the batch. */
export interface PatternSite {
  readonly children: ChildPairs
  readonly edge: number
  readonly ends: readonly [number, number]
  readonly offsets: { readonly nodes: number; readonly pairs: number }
  /** Only patterns of a single pair are allowed. */
  readonly singlePairs: boolean
}

/** Writes site number `site` of a batch. */
export function writePatternSite(into: PatternSites, site: number, { children, edge, ends, offsets, singlePairs }: PatternSite): void {
  const { shapes, slots, first } = children
  const shape = shapes[edge]!
  for (let bit = 0; bit < 4; bit++) {
    const pair = slots[4 * edge + bit]!
    into.slots[4 * site + bit] = pair < 0 ? offsets.pairs : offsets.pairs + pair
    into.present[4 * site + bit] = pair < 0 ? 0 : 1
  }
  for (const [side, end] of ends.entries()) {
    const splits = side === 0 ? (shape & 0b1100) !== 0 : (shape & 0b1010) !== 0
    into.children[4 * site + 2 * side] = offsets.nodes + first[end]!
    into.children[4 * site + 2 * side + 1] = offsets.nodes + first[end]! + (splits ? 1 : 0)
  }
  for (let c = 0; c < patternClasses; c++) {
    const mask = c + 1
    const isAllowed = (mask & ~shape) === 0 && (!singlePairs || (mask & (mask - 1)) === 0)
    into.forbidden[patternClasses * site + c] = isAllowed ? 0 : -1e9
  }
}

/** Tensors of `PatternSites`, and the two tables that the head reads: bits of each class [4, 15], classes of each orbit [6, 15]. */
export type PatternSiteTensors = Readonly<Record<keyof PatternSites | "membership" | "orbits", tf.Tensor>>

/** Room for so many sites. */
export const emptySites = (count: number): PatternSites => ({
  slots: new Int32Array(4 * count),
  present: new Float32Array(4 * count).fill(1),
  children: new Int32Array(4 * count),
  forbidden: new Float32Array(patternClasses * count),
})

/** The sites as tensors; the caller disposes. */
export function patternSiteTensors({ slots, present, children, forbidden }: PatternSites): PatternSiteTensors {
  const count = slots.length / 4
  const masks = Array.from({ length: patternClasses }, (_, c) => c + 1)
  return {
    slots: tf.tensor2d(slots, [count, 4], "int32"),
    present: tf.tensor2d(present, [count, 4]),
    children: tf.tensor2d(children, [count, 4], "int32"),
    forbidden: tf.tensor2d(forbidden, [count, patternClasses]),
    membership: tf.tensor2d(Array.from({ length: 4 }, (_, bit) => masks.map((mask) => (mask >> bit) & 1))),
    orbits: tf.tensor2d(Array.from({ length: 6 }, (_, orbit) => masks.map((mask) => (orbitOf(mask) === orbit ? 1 : 0)))),
  }
}

/** Orbit of each pattern under exchanging siblings: one pair, two apart, a row (one child of the smaller end), a column, three, four. */
const orbitOf = (mask: number): number =>
  ({ 1: 0, 2: 0, 4: 0, 8: 0, 9: 1, 6: 1, 3: 2, 12: 2, 5: 3, 10: 3, 7: 4, 11: 4, 13: 4, 14: 4, 15: 5 })[mask]!

/** What the head looks at. */
export interface PatternHeadInput {
  readonly refined: RefinerOutput
  readonly sites: PatternSiteTensors
}

/**
 * Logits of the patterns of each site [M, 15]: the sum of a score for every pair in the pattern and a bias for its orbit. Exchanging the
 * ends of an edge, or two siblings, exchanges the logits alike; so nothing depends on which end or child is called the first.
 */
export function patternHead(width: number): Layer<Parameters, PatternHeadInput> {
  const score = layers.mlp({ widths: [width, width, 1] })
  const symmetric = layers.mlp({ widths: [width, width, 4] }) // one pair, two apart, three, four
  const oriented = layers.linear({ inputs: 2 * width, outputs: width, bias: false })
  const side = layers.linear({ inputs: width, outputs: 1, bias: false })
  return {
    init: (random) => ({
      score: score.init(random.fold("score")),
      symmetric: symmetric.init(random.fold("symmetric")),
      oriented: oriented.init(random.fold("oriented")),
      side: side.init(random.fold("side")),
    }),
    apply(parameters, { refined: { nodes, pairs }, sites: { slots, present, children, forbidden, membership, orbits } }) {
      const p = parameters as Record<string, never>
      const sites = slots.shape[0]
      const flat = ops.embedding(pairs, slots.flatten().toInt()) // [4 M, D]
      const scoresM4 = score.apply(p.score!, flat).reshape([sites, 4]).mul(present)
      const mask = present.expandDims(2)
      const hiddenMD = flat.reshape([sites, 4, -1]).mul(mask).sum(1).div(present.sum(1, true))
      const ends = ops.embedding(nodes, children.flatten().toInt()).reshape([sites, 2, 2, -1]).mean(2) // [M, 2, D]
      const [smaller, larger] = tf.unstack(ends, 1) as [tf.Tensor, tf.Tensor]
      const orientation = (one: tf.Tensor, other: tf.Tensor): tf.Tensor =>
        side.apply(p.side!, ops.geluTanh(oriented.apply(p.oriented!, tf.concat([one, other], 1)).add(hiddenMD)))
      const [single, apart, three, four] = tf.split(symmetric.apply(p.symmetric!, hiddenMD), 4, 1)
      const biasM6 = tf.concat([single!, apart!, orientation(smaller, larger), orientation(larger, smaller), three!, four!], 1)
      return ops.matMul(scoresM4, membership).add(ops.matMul(biasM6, orbits)).add(forbidden)
    },
  }
}
