import type { CodeNoise } from "../process/code-noise.ts"
import { allPairs, pairNumber } from "../refiner/all-pairs.ts"

/** The noise of a graph of n nodes whose node v is called `order[v]`, for processes over all pairs: every number goes with its node or pair. */
export function permutedNoise(noise: CodeNoise, nodes: number, order: ArrayLike<number>): CodeNoise {
  const pairs = allPairs(nodes)
  const moved = (values: Float32Array, width: number, to: (item: number) => number): Float32Array => {
    const result = new Float32Array(values.length)
    for (let item = 0; item < values.length / width; item++) result.set(values.subarray(item * width, (item + 1) * width), to(item) * width)
    return result
  }
  // The whole graph is one site; it has no name to change.
  const node = (count: number) => (item: number) => (count === 1 ? item : order[item]!)
  return {
    nodes: (use, count, width) => moved(noise.nodes(use, count, width), width, node(count)),
    normals: (use, count, width) => (width === 0 ? new Float32Array() : moved(noise.normals(use, count, width), width, node(count))),
    edges: (use, count, width) =>
      moved(noise.edges(use, count, width), width, (pair) => pairNumber(nodes, order[pairs[2 * pair]!]!, order[pairs[2 * pair + 1]!]!)),
  }
}
