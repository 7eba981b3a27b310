import type { RandomStream } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** Options of `erdosRenyiGraph`. */
export interface ErdosRenyiOptions {
  /** Of every edge. @defaultValue the one that gives a mean degree of 4 */
  readonly probability?: number
}

/** G(n, p): every edge on its own with the same probability; it may be disconnected. */
export function erdosRenyiGraph(
  nodes: number,
  random: RandomStream,
  { probability = Math.min(1, 4 / Math.max(1, nodes - 1)) }: ErdosRenyiOptions = {},
): PackedGraph {
  const draws = random.uniformValues([(nodes * (nodes - 1)) / 2])
  const pairs: number[] = []
  let next = 0
  for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (draws[next++]! < probability) pairs.push(u, v)
  return packedGraph(nodes, pairs)
}
