import type { RandomStream } from "@scalewise/nn"
import { childPairs } from "../contraction/child-pairs.ts"
import type { ContractionPyramid } from "../contraction/contraction-pyramid.ts"
import { adjacencyOf, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { rearrangedStream, type Rearrangement } from "./rearranged-stream.ts"
import { inverse, movedRows } from "./renaming.ts"

/**
 * The stream with which the contraction of the renamed graph meets the same random numbers at the same nodes and edges as that of the graph did: the
 * order in which nodes choose, the ties between neighbours and those between siblings, on every level. `pyramid` is the one that `random`
 * gave for the graph; its node v is renamed to `order[v]`.
 */
export function carriedMatchings(order: Int32Array, pyramid: ContractionPyramid, random: RandomStream): RandomStream {
  const orders = new Map<string, Rearrangement>()
  const levels = [...pyramid.levels.map((level) => level.graph), pyramid.graph].toReversed()
  // Number of each node by ancestry, in the numbering that the contraction itself uses at a depth: that of the input, then by first siblings.
  let own: Int32Array = pyramid.order
  let other: Int32Array = own.map((v) => order[v]!)
  for (const [depth, level] of levels.slice(0, -1).entries()) {
    const to = new Int32Array(own.length)
    for (const [v, number] of own.entries()) to[number] = other[v]!
    const [here, there] = [relabelled(level, own), relabelled(level, other)]
    orders.set(`${depth}/order`, (values) => values.map((v) => to[v]!) as typeof values)
    orders.set(`${depth}/ties`, (values) => movedRows(values, tieSlots(here, there, to)))
    orders.set(`${depth}/roles`, (values) => movedRows(values, to))
    const coarser = pyramid.levels[pyramid.levels.length - 1 - depth]!
    const { first } = childPairs(coarser.graph, coarser.splits)
    own = ranks(first, own)
    other = ranks(first, other)
  }
  return rearrangedStream(random, orders)
}

/** Place of each node among all when they are ordered by the numbers of their first children. */
const ranks = (first: Int32Array, numbers: Int32Array): Int32Array =>
  inverse(Int32Array.from(first.keys()).sort((p, q) => numbers[first[p]!]! - numbers[first[q]!]!))

/** Where the numbers of the neighbour lists of a graph go when its nodes are renamed. */
function tieSlots(here: PackedGraph, there: PackedGraph, to: Int32Array): Int32Array {
  const [rows, moved] = [adjacencyOf(here), adjacencyOf(there)]
  const slots = new Int32Array(rows.neighbours.length)
  for (let v = 0; v < here.nodes; v++)
    for (let i = rows.offsets[v]!; i < rows.offsets[v + 1]!; i++) {
      const [from, until] = [moved.offsets[to[v]!]!, moved.offsets[to[v]! + 1]!]
      slots[i] = from + moved.neighbours.subarray(from, until).indexOf(to[rows.neighbours[i]!]!)
    }
  return slots
}
