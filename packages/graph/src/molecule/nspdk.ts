import { FeatureSums } from "./feature-sums.ts"
import { adjacencyOf, type PackedGraph } from "../graph/packed-graph.ts"

/** Largest radius of a neighbourhood and largest distance of a pair, in bonds: "complexity 4". */
const reach = 4

/** Beyond so many different neighbourhoods, pairs of them are no exact numbers any more. */
const mostNeighbourhoods = 2 ** 23

/** Sums of the vectors of so many graphs. */
export interface FeatureTotals {
  readonly count: number
  readonly sums: FeatureSums
}

/** Names of neighbourhoods, shared by the sets that are compared. */
export interface NspdkFeatures {
  /** Features of graphs, each vector of length 1, summed. Graphs without nodes do not count. */
  total(graphs: Iterable<PackedGraph>): FeatureTotals
}

/**
 * Features of the neighbourhood subgraph pairwise distance kernel (Costa & De Grave 2010) in the form that published figures of molecules
 * have (EDeN with complexity 4, discrete): for every ordered pair of nodes at distance d <= 4 and every radius r <= 4 that both reach, the
 * pair of their neighbourhoods and the second one alone are counted; the counts of every (r, d) are scaled to length 1, then all together.
 * A neighbourhood is told by the labels and degrees of the nodes, and the labels of the edges, at every distance from its centre.
 *
 * EDeN hashes features into 65,536 places, where some collide; here they are told apart exactly, so that figures differ slightly.
 */
export function nspdkFeatures(): NspdkFeatures {
  const numbers = new Map<string, number>([["", 0]])
  const numberOf = (text: string): number => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    const number = numbers.size
    if (number >= mostNeighbourhoods) throw new RangeError(`nspdkFeatures: more than ${mostNeighbourhoods} different neighbourhoods`)
    numbers.set(text, number)
    return number
  }

  /** Counted features of a graph, in the order of (radius, distance). */
  const featuresOf = (graph: PackedGraph): Float64Array => {
    const { distances, hoods } = neighbourhoods(graph, numberOf)
    const near = distances.reduce((sum, distance) => sum + Number(distance <= reach), 0)
    const features = new Float64Array(2 * (reach + 1) * near)
    let count = 0
    for (let v = 0; v < graph.nodes; v++)
      for (let u = 0; u < graph.nodes; u++) {
        const distance = distances[v * graph.nodes + u]!
        if (distance > reach) continue
        for (let radius = 0; radius <= reach; radius++) {
          const [a, b] = [hoods[v]![radius], hoods[u]![radius]]
          if (a === undefined || b === undefined) break
          const group = (radius * (reach + 1) + distance) * mostNeighbourhoods
          features[count++] = (group + Math.min(a, b)) * mostNeighbourhoods + Math.max(a, b)
          features[count++] = group * mostNeighbourhoods + b
        }
      }
    return features.subarray(0, count).sort()
  }

  return {
    total(graphs) {
      const sums = new FeatureSums()
      let count = 0
      for (const graph of graphs) {
        if (graph.nodes === 0) continue
        count++
        addScaled(featuresOf(graph), sums)
      }
      return { count, sums }
    },
  }
}

/**
 * Squared maximum mean discrepancy under a linear kernel, biased: mean k(x, x') + mean k(y, y') - 2 mean k(x, y), which is the squared
 * distance of the two mean vectors. Not a number where a set is empty.
 */
export function linearMmd(a: FeatureTotals, b: FeatureTotals): number {
  let [both, ofB] = [0, 0]
  for (const [feature, sum] of a.sums) {
    const other = b.sums.get(feature) / b.count
    both += (sum / a.count - other) ** 2 - other ** 2
  }
  for (const [, sum] of b.sums) ofB += (sum / b.count) ** 2
  return both + ofB
}

/** Distances between all nodes (Infinity beyond reach), and of every node the numbers of its neighbourhoods by radius, as far as it reaches. */
function neighbourhoods(graph: PackedGraph, numberOf: (text: string) => number): { distances: Float64Array; hoods: number[][] } {
  const { nodes, nodeLabels, edgeLabels } = graph
  const { offsets, neighbours, edgeOf } = adjacencyOf(graph)
  const distances = new Float64Array(nodes * nodes).fill(Infinity)
  const hoods: number[][] = []
  for (let root = 0; root < nodes; root++) {
    const at = root * nodes
    distances[at + root] = 0
    // Rings of nodes, and of edges between them, as if every edge had a node in its middle.
    let ring = [root]
    const seenEdges = new Set<number>()
    let hood = 0
    const own: number[] = []
    for (let radius = 0; radius <= reach && ring.length > 0; radius++) {
      const labels = ring.map((v) => (nodeLabels?.[v] ?? 0) * 2 ** 20 + offsets[v + 1]! - offsets[v]!).sort((a, b) => a - b)
      hood = numberOf(`${hood}n${labels.join()}`)
      own.push(hood)
      const next: number[] = []
      const bonds: number[] = []
      for (const v of ring)
        for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
          const [w, edge] = [neighbours[i]!, edgeOf[i]!]
          if (!seenEdges.has(edge)) {
            seenEdges.add(edge)
            bonds.push(edgeLabels?.[edge] ?? 0)
          }
          if (radius < reach && distances[at + w] === Infinity) {
            distances[at + w] = radius + 1
            next.push(w)
          }
        }
      hood = numberOf(`${hood}e${bonds.sort((a, b) => a - b).join()}`)
      ring = next
    }
    hoods.push(own)
  }
  return { distances, hoods }
}

/** Adds counts of sorted features, scaled within each (radius, distance) and then as a whole. */
function addScaled(features: Float64Array, sums: FeatureSums): void {
  const groupOf = (at: number): number => Math.floor(features[at]! / mostNeighbourhoods ** 2)
  const bounds = [0]
  for (let at = 1; at <= features.length; at++) if (at === features.length || groupOf(at) !== groupOf(at - 1)) bounds.push(at)
  const groups = bounds.length - 1
  for (let g = 0; g < groups; g++) {
    const [start, end] = [bounds[g]!, bounds[g + 1]!]
    let squares = 0
    for (let at = start, from = start; at < end; at++)
      if (at + 1 === end || features[at + 1] !== features[at]) {
        squares += (at + 1 - from) ** 2
        from = at + 1
      }
    const each = 1 / Math.sqrt(squares * groups)
    for (let at = start, from = start; at < end; at++)
      if (at + 1 === end || features[at + 1] !== features[at]) {
        sums.add(features[at]!, (at + 1 - from) * each)
        from = at + 1
      }
  }
}
