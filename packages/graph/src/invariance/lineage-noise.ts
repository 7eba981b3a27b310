import type { RandomStream } from "@scalewise/nn"
import { transposedPattern } from "../contraction/child-pairs.ts"
import type { CodeNoise } from "../process/code-noise.ts"
import type { GraphInProgress } from "../contraction/graph-in-progress.ts"

/** The line of slots by which each node of a level descends from the single first node: what a node is, whatever its number. */
export type Lineage = readonly string[]

/** The lineage of the first node. */
export const firstLineage: Lineage = [""]

/** Lineages of children, which are numbered by parent and slot. */
export function childLineage(parent: Int32Array, lineage: Lineage): Lineage {
  const children = new Int32Array(lineage.length)
  for (const from of parent) children[from]!++
  return Array.from(parent, (from, child) => `${lineage[from]!}${children[from] === 1 ? "-" : parent[child - 1] === from ? "1" : "0"}`)
}

/** Lineages after a step, which may have passed several levels: `before` is how many lay behind the graph when the step began. */
export const lineageAfter = ({ past }: GraphInProgress, lineage: Lineage, before: number): Lineage =>
  past.slice(before).reduce((found, { parent }) => childLineage(parent, found), lineage)

/** Lineages of the nodes that the next network looks at: the graph's own, or the candidates' in the phase of the patterns. */
export const lookedAt = ({ children }: GraphInProgress, lineage: Lineage): Lineage =>
  children ? childLineage(children.parent, lineage) : lineage

/**
 * Noise of one step whose numbers are looked up by lineage: a node has its own, an edge those of the pair of its ends, and the numbers of the
 * 15 patterns go with the order of the ends. Noise for the next step is left out, since nobody knows yet whom it will belong to:
 * `withNodeNoise` gives it.
 */
export function lineageNoise(random: RandomStream, { graph }: Pick<GraphInProgress, "graph">, lineage: Lineage): CodeNoise {
  const of = (key: string, use: string, width: number): Float32Array => random.fold(use).fold(key).uniformValues([width])
  return {
    nodes(use, count, width) {
      const values = new Float32Array(count * width)
      for (let v = 0; v < count; v++) values.set(of(lineage[v]!, `nodes ${use}`, width), v * width)
      return values
    },
    edges(use, count, width) {
      const values = new Float32Array(count * width)
      for (let e = 0; e < count; e++) {
        const [u, v] = [lineage[graph.edges[2 * e]!]!, lineage[graph.edges[2 * e + 1]!]!]
        const own = of(u < v ? `${u} ${v}` : `${v} ${u}`, `edges ${use}`, width)
        const isTurned = use === "pattern" && u > v
        for (let i = 0; i < width; i++) values[e * width + i] = own[isTurned ? transposedPattern(i + 1) - 1 : i]!
      }
      return values
    },
    normals: (_, count, width) => new Float32Array(count * width),
  }
}

/** The graph with standard normal noise that belongs to the nodes which the next network looks at. */
export function withNodeNoise(item: GraphInProgress, lineage: Lineage, width: number, random: RandomStream): GraphInProgress {
  const nodes = lookedAt(item, lineage)
  const noise = new Float32Array(nodes.length * width)
  for (const [v, name] of nodes.entries()) noise.set(random.fold(name).normalValues([width]), v * width)
  return { ...item, noise }
}
