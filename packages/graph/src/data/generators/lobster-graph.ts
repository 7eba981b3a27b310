import type { RandomStream } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** Probability that a node of the backbone has a leaf, and that this leaf has one (GRAN's set). */
const legs = 0.7
const claws = 0.7

/**
 * A lobster: a path whose nodes carry legs, and those claws, each with probability 0.7. Backbones are uniform between 0 and 160 nodes, and
 * graphs of other sizes than asked for are drawn again.
 *
 * @param nodes - how many in all; undefined takes 10 to 100
 */
export function lobsterGraph(nodes: number | undefined, random: RandomStream): PackedGraph {
  const [least, most] = nodes === undefined ? [10, 100] : [nodes, nodes]
  // Shorter or longer backbones cannot give the size, so that leaving them out changes no law.
  const [shortest, longest] = [Math.ceil(least / 3), nodes ?? 160]
  for (let attempt = 0; ; attempt++) {
    const own = random.fold(attempt)
    const backbone = Math.max(1, shortest) + own.fold("backbone").integers(1, longest - Math.max(1, shortest) + 1)[0]!
    const draws = own.uniformValues([backbone, 2])
    const pairs = Array.from({ length: backbone - 1 }, (_, v) => [v, v + 1]).flat()
    let count = backbone
    for (let v = 0; v < backbone && count <= most; v++) {
      if (draws[2 * v]! >= legs) continue
      pairs.push(v, count++)
      if (draws[2 * v + 1]! < claws) pairs.push(count - 1, count++)
    }
    if (count >= least && count <= most) return packedGraph(count, pairs)
  }
}
