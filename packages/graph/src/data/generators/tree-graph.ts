import type { RandomStream } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** A tree, uniform among the n^(n - 2) labelled ones: the decoded form of a random Pruefer sequence. */
export function treeGraph(nodes: number, random: RandomStream): PackedGraph {
  if (nodes < 3) return packedGraph(nodes, nodes === 2 ? [0, 1] : [])
  const sequence = random.integers(nodes - 2, nodes)
  const missing = new Int32Array(nodes).fill(1) // edges that a node still needs
  for (const v of sequence) missing[v]!++
  // The smallest leaf is found by a pointer that moves up, and a node before it only when it has just become a leaf.
  let pointer = missing.indexOf(1)
  let leaf = pointer
  const pairs: number[] = []
  for (const v of sequence) {
    pairs.push(leaf, v)
    if (--missing[v]! === 1 && v < pointer) leaf = v
    else leaf = pointer = missing.indexOf(1, pointer + 1)
  }
  return packedGraph(nodes, [...pairs, leaf, nodes - 1])
}
