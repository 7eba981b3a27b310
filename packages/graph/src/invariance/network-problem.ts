import type { RandomStream } from "@scalewise/nn"
import { childPairs } from "../contraction/child-pairs.ts"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { LevelContext } from "../contraction/level-context.ts"
import { unknownSplit } from "../contraction/split-input.ts"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { movedRows, renamedChildren, renamedPatterns, type Renaming } from "./renaming.ts"

/** Something to ask the networks of a contraction model: a level of a graph, partly revealed, as random as can be. */
export interface NetworkProblem {
  readonly graph: PackedGraph
  readonly context: LevelContext
  /** Splits that the pattern network is told. */
  readonly splits: Uint8Array
  /** Those that the split network is told. */
  readonly shownSplits: Uint8Array
  /** 0 where hidden. */
  readonly patterns: Uint8Array
  /** Number of categories where hidden. */
  readonly nodeLabels: Uint8Array
  readonly edgeLabels: Uint8Array
  /** [nodes, noise] and [children, noise] */
  readonly noise: Float32Array
  readonly childNoise: Float32Array
}

/** A random connected graph: a random tree and a random share of the other pairs. */
export function randomConnectedGraph(nodes: number, random: RandomStream): PackedGraph {
  const name = random.fold("names").permutation(nodes)
  const parents = random.fold("parents").uniformValues([nodes])
  const coins = random.fold("pairs").uniformValues([nodes * nodes])
  const density = 0.6 * random.fold("density").uniformValues([1])[0]!
  const pairs: number[] = []
  for (let v = 1; v < nodes; v++) {
    const parent = Math.floor(parents[v]! * v)
    for (let u = 0; u < v; u++) if (u === parent || coins[u * nodes + v]! < density) pairs.push(name[u]!, name[v]!)
  }
  return packedGraph(nodes, pairs)
}

/** A random problem on a random connected graph. */
export function networkProblem(config: ContractionConfig, nodes: number, random: RandomStream): NetworkProblem {
  const graph = randomConnectedGraph(nodes, random.fold("graph"))
  const count = graph.edges.length / 2
  const uniform = (use: string, items: number): Float32Array => random.fold(use).uniformValues([items])
  const splits = Uint8Array.from(uniform("splits", nodes), (u) => (u < 0.6 ? 1 : 0))
  const shown = uniform("shown splits", nodes)
  const { shapes, nodes: children } = childPairs(graph, splits)
  const [mask, hidden] = [uniform("patterns", count), uniform("hidden", count)]
  const patterns = Uint8Array.from(shapes, (shape, e) => {
    if (shape === 1) return 1
    const allowed = Array.from({ length: 15 }, (_, c) => c + 1).filter(
      (pattern) => (pattern & ~shape) === 0 && (!config.singlePairs || (pattern & (pattern - 1)) === 0),
    )
    return hidden[e]! < 0.6 ? 0 : allowed[Math.floor(mask[e]! * allowed.length)]!
  })
  const labels = (use: string, items: number, kinds: number): Uint8Array =>
    Uint8Array.from(uniform(use, items), (u) => Math.min(kinds, Math.floor(u * 2 * (kinds + 1)))) // half of them hidden
  const nextNodes = nodes + splits.reduce((sum, one) => sum + one, 0)
  return {
    graph,
    context: {
      target: nextNodes + Math.floor(20 * uniform("target", 1)[0]!),
      nodes,
      edges: count,
      nextNodes,
      nextEdges: nextNodes - 1 + Math.floor(nextNodes * uniform("edges", 1)[0]!),
      blocks: config.blocks ? Int32Array.from(uniform("blocks", nodes), (u) => Math.floor(3 * u)) : undefined,
    },
    splits,
    shownSplits: splits.map((code, v) => (shown[v]! < 0.5 ? unknownSplit : code)),
    patterns,
    nodeLabels: labels("node labels", nodes, config.vocabulary.nodes.length),
    edgeLabels: labels("edge labels", count, config.vocabulary.edges.length),
    noise: random.fold("noise").normalValues([nodes * config.noise]),
    childNoise: random.fold("child noise").normalValues([children * config.noise]),
  }
}

/** The same problem under other names. */
export function renamedProblem(problem: NetworkProblem, moved: Renaming, { noise }: ContractionConfig): NetworkProblem {
  const { context, splits } = problem
  return {
    graph: moved.graph,
    context: { ...context, blocks: context.blocks && movedRows(Int32Array.from(context.blocks), moved.nodes) },
    splits: movedRows(splits, moved.nodes),
    shownSplits: movedRows(problem.shownSplits, moved.nodes),
    patterns: renamedPatterns(problem.patterns, moved),
    nodeLabels: movedRows(problem.nodeLabels, moved.nodes),
    edgeLabels: movedRows(problem.edgeLabels, moved.edges),
    noise: movedRows(problem.noise, moved.nodes, noise),
    childNoise: movedRows(problem.childNoise, renamedChildren(splits, moved.nodes), noise),
  }
}
