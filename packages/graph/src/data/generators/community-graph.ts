import type { RandomStream } from "@scalewise/nn"
import { componentsOf, packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"
import { erdosRenyiGraph } from "./erdos-renyi-graph.ts"

/** Probability of an edge inside a community. */
const inside = 0.7

/**
 * Two communities of equal size s: edges with probability 0.7 inside, with 2 * 0.05 / s between, and at least one between any two
 * connected parts, so that the graph is connected (the recipe of Community-small). Unlike in the published files, where the halves of a
 * size are always the same two graphs, all of it is drawn afresh.
 *
 * @param nodes - how many in all, halved; undefined draws 12 to 20 and rounds down to an even number
 */
export function communityGraph(nodes: number | undefined, random: RandomStream): PackedGraph {
  const drawn = 12 + random.fold("size").integers(1, 9)[0]!
  const count = nodes ?? drawn - (drawn % 2)
  const first = Math.ceil(count / 2)
  const halves = [first, count - first].map((size, half) => erdosRenyiGraph(size, random.fold("half").fold(half), { probability: inside }))
  const pairs = halves.flatMap((graph, half) => Array.from(graph.edges, (end) => end + half * first))
  const { component, count: parts } = componentsOf(packedGraph(count, pairs))
  const draws = random.fold("bridges").uniformValues([count, count])
  for (let a = 0; a < parts; a++)
    for (let b = a + 1; b < parts; b++) {
      const possible: [number, number][] = []
      for (let u = 0; u < count; u++) for (let v = 0; v < count; v++) if (component[u] === a && component[v] === b) possible.push([u, v])
      const bridges = possible.filter(([u, v]) => draws[u * count + v]! < 0.1 / (count / 2))
      const forced =
        possible[
          random
            .fold("forced")
            .fold(a * parts + b)
            .integers(1, possible.length)[0]!
        ]!
      pairs.push(...(bridges.length > 0 ? bridges : [forced]).flat())
    }
  return packedGraph(count, pairs)
}
