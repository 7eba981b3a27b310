import { tf } from "@scalewise/nn"
import { childPairs } from "../contraction/child-pairs.ts"
import type { CodeDraw, ContractionLaw } from "../contraction/contraction-law.ts"
import { contractionProcess } from "../contraction/contraction-process.ts"
import { hiddenSites, seedGraph, type GraphInProgress } from "../contraction/graph-in-progress.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import { unknownSplit } from "../contraction/split-input.ts"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { structuralFeatures } from "../refiner/structural-features.ts"
import type { InvarianceSubject } from "./network-outputs.ts"

/** The exact law of a tiny model over all graphs on the nodes 0 .. n - 1. */
export interface ExactGraphLaw {
  /** All 2^(n (n - 1) / 2) of them. */
  readonly graphs: readonly PackedGraph[]
  /** Probability of each. */
  readonly probability: Float64Array
}

/** One reveal round: the law of a level is then a product that can be written down. */
const oneRound = { splitRounds: 1, patterns: { kind: "random", rounds: 1 }, attributes: { kind: "random", rounds: 1 } } as const

/**
 * p(G) over labelled graphs by exhaustive enumeration, of a model without node noise, attributes and blocks, with one reveal round.
 *
 * What is summed: the sampler draws sizes, then codes level by level, and names the finished nodes at random. A draw together with its names is an
 * oriented hierarchy on the names: at each level some disjoint edges of the graph are merged, one end as the first sibling, and the merged graph goes on.
 * Hierarchies and pairs (codes, names) correspond one to one, so that
 *
 *     p(G) = 1 / n! x sum over sizes p(sizes) x sum over oriented hierarchies of G of the product over levels of p(splits) p(patterns | splits).
 *
 * Every level is shown to the networks with its nodes in the order that the names induce (merged nodes by their smallest member), another one for
 * every renaming of G. So p(G) = p(PGP^T) is no consequence of the sum, only of networks and laws that commute with renaming; and the sum over all
 * graphs is one only then.
 */
export function exactGraphLaw(subject: InvarianceSubject, sizes: readonly LevelSizes[]): ExactGraphLaw {
  const { config, parameters, networks } = subject
  const process = contractionProcess({ config, parameters, sizes, sampling: oneRound, ...(networks && { networks }) })
  const nodes = sizes[0]!.nodes.at(-1)!
  const known = new Map<string, number>()
  const remembered = (key: string, value: () => number): number => {
    const found = known.get(key) ?? value()
    known.set(key, found)
    return found
  }
  /** Probability of codes, which are 0 where they are not asked for. */
  const codeProbability = (item: GraphInProgress, codes: Uint8Array): number =>
    tf.tidy(() => {
      const law = process.predict({ graphs: () => [item] }, 0, {}) as ContractionLaw
      return Math.exp(law.logProb([{ codes } as CodeDraw]).dataSync()[0]!)
    })

  /** Sum over the hierarchies of a graph at a level of the probability of all codes that lead to it. */
  const reached = (s: number, level: number, graph: PackedGraph): number => {
    if (level === 0) return 1
    return remembered(`${s} ${level} ${graph.edges.join()}`, () => {
      let sum = 0
      for (const merged of orientedMatchings(graph, graph.nodes - sizes[s]!.nodes[level - 1]!)) {
        const step = contractedBy(graph, merged)
        const before = reached(s, level - 1, step.graph)
        if (before > 0) sum += before * stepProbability(s, level - 1, step)
      }
      return sum
    })
  }
  const stepProbability = (s: number, level: number, { graph, splits, patterns }: Contraction): number => {
    const at: GraphInProgress = {
      ...seedGraph(sizes[s]!, config),
      level,
      graph,
      structure: structuralFeatures(graph, config.walks),
      phase: "splits",
      round: 0,
      splits: new Uint8Array(graph.nodes).fill(unknownSplit),
      children: undefined,
    }
    const key = `${s} ${level} ${graph.edges.join()} ${splits.join()}`
    const isSure = splits.every((split) => split === splits[0])
    const split = isSure ? 1 : remembered(`${key} splits`, () => codeProbability(at, splits))
    const children = childPairs(graph, splits)
    const shown = Uint8Array.from(children.shapes, (shape) => (shape === 1 ? 1 : 0))
    const told: GraphInProgress = { ...at, phase: "patterns", splits, children, patterns: shown }
    const codes = Uint8Array.from(hiddenSites(told), (edge) => patterns[edge]!)
    return split * (codes.length === 0 ? 1 : remembered(`${key} ${codes.join()}`, () => codeProbability(told, codes)))
  }

  const graphs = allGraphs(nodes)
  let names = 1
  for (let n = 2; n <= nodes; n++) names *= n
  const probability = Float64Array.from(graphs, (graph) => {
    let sum = 0
    for (const s of sizes.keys()) sum += reached(s, sizes[s]!.nodes.length - 1, graph) / sizes.length
    return sum / names
  })
  return { graphs, probability }
}

/** All graphs on the nodes 0 .. n - 1. */
function allGraphs(nodes: number): PackedGraph[] {
  const pairs: [number, number][] = []
  for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) pairs.push([u, v])
  return Array.from({ length: 2 ** pairs.length }, (_, bits) =>
    packedGraph(
      nodes,
      pairs.flatMap((pair, i) => ((bits >> i) & 1 ? pair : [])),
    ),
  )
}

/** All sets of `count` disjoint edges, each with one end as the first. */
function orientedMatchings({ edges }: PackedGraph, count: number, from = 0): (readonly [number, number])[][] {
  if (count === 0) return [[]]
  const found: (readonly [number, number])[][] = []
  for (let e = from; e < edges.length / 2; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    for (const rest of orientedMatchings({ nodes: 0, edges }, count - 1, e + 1))
      if (rest.every((pair) => !pair.includes(u) && !pair.includes(v))) found.push([[u, v], ...rest], [[v, u], ...rest])
  }
  return found
}

/** A coarser graph, its nodes in the order of their smallest members, and the codes that lead back. */
interface Contraction {
  readonly graph: PackedGraph
  readonly splits: Uint8Array
  readonly patterns: Uint8Array
}

function contractedBy({ nodes, edges }: PackedGraph, merged: readonly (readonly [number, number])[]): Contraction {
  const members = Array.from({ length: nodes }, (_, v) => merged.find((pair) => pair.includes(v)) ?? [v])
    .map((group, v) => ({ group, isOwn: Math.min(...group) === v }))
    .filter(({ isOwn }) => isOwn)
    .map(({ group }) => group)
  const places = new Map(members.flatMap((group, at) => group.map((v, slot) => [v, { at, slot }] as const)))
  const masks = new Map<number, number>()
  for (let e = 0; e < edges.length; e += 2) {
    const ends = [places.get(edges[e]!)!, places.get(edges[e + 1]!)!].sort((a, b) => a.at - b.at)
    const [p, q] = ends as [(typeof ends)[number], (typeof ends)[number]]
    if (p.at === q.at) continue
    const key = p.at * members.length + q.at
    masks.set(key, (masks.get(key) ?? 0) | (1 << (2 * p.slot + q.slot)))
  }
  const keys = Array.from(masks.keys()).toSorted((a, b) => a - b)
  return {
    graph: packedGraph(
      members.length,
      keys.flatMap((key) => [Math.floor(key / members.length), key % members.length]),
    ),
    splits: Uint8Array.from(members, (group) => group.length - 1),
    patterns: Uint8Array.from(keys, (key) => masks.get(key)!),
  }
}
