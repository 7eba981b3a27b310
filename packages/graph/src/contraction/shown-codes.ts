import { adjacencyOf } from "../graph/packed-graph.ts"
import { isPlanar } from "../metrics/planarity.ts"
import type { CodeDraw } from "./contraction-law.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { repairedPatterns } from "./guided-repair.ts"
import { hiddenSites, settled, type GraphInProgress } from "./graph-in-progress.ts"
import { localMaxima, showProbability } from "./reveal-order.ts"
import type { ResolvedSampling } from "./sampling-settings.ts"
import { unknownSplit } from "./split-input.ts"

/** The graph after one round: some of what was drawn is shown (Eq. 19), the rest is forgotten. */
export function withShownCodes(
  item: GraphInProgress,
  draw: CodeDraw,
  { settings, config }: { readonly settings: ResolvedSampling; readonly config: ContractionConfig },
): GraphInProgress {
  if (item.phase === "finished") return item
  const round = item.round + 1
  const next = { ...item, round, calls: item.calls + 1, noise: draw.noise }
  if (item.phase === "splits") {
    const probability = showProbability(round, settings.splitRounds)
    const splits = item.splits.map((code, v) => (code === unknownSplit && draw.coin[v]! < probability ? draw.codes[v]! : code))
    return settled({ ...next, splits }, config)
  }
  if (item.phase === "patterns") {
    const patterns = item.patterns.slice()
    const sites = hiddenSites(item)
    for (const site of shownSites(item, draw, sites, round, settings)) patterns[sites[site]!] = draw.codes[site]!
    if (item.repairs >= settings.planarRepairs || patterns.includes(0)) return settled({ ...next, patterns }, config)
    const repaired = repairedPatterns({ ...item, children: item.children!, patterns }, isPlanar, nodesByNoise(item, config.noise))
    return settled({ ...next, patterns: repaired, round: repaired === patterns ? round : 0, repairs: item.repairs + 1 }, config)
  }
  const shown = shownAttributes(item, draw, round, settings, config)
  return settled(
    {
      ...next,
      nodeLabels: item.nodeLabels.map((label, v) => (shown.has(v) ? draw.nodeLabels[v]! : label)),
      edgeLabels: item.edgeLabels.map((label, e) => (shown.has(item.graph.nodes + e) ? draw.edgeLabels[e]! : label)),
    },
    config,
  )
}

/** Nodes in a random order: by the first number of their first child. */
function nodesByNoise({ graph, children, noise }: GraphInProgress, width: number): Int32Array {
  const place = (v: number): number => noise[children!.first[v]! * width] ?? 0
  return Int32Array.from({ length: graph.nodes }, (_, v) => v).sort((v, w) => place(v) - place(w))
}

/** Sites that a round shows; two edges touch where they meet in a node that splits. */
function shownSites(
  item: GraphInProgress,
  draw: CodeDraw,
  sites: Int32Array,
  round: number,
  { patterns: order }: ResolvedSampling,
): Int32Array {
  const all = Int32Array.from(sites.keys())
  if (order.kind === "random") {
    const probability = showProbability(round, order.rounds)
    return all.filter((site) => draw.coin[site]! < probability)
  }
  if (round >= order.rounds) return all
  const { edges, nodes } = item.graph
  const groupsOf = (site: number): number[] => {
    const edge = sites[site]!
    return [edges[2 * edge]!, edges[2 * edge + 1]!].filter((v) => item.splits[v] === 1)
  }
  return localMaxima(all, draw.priority, groupsOf, nodes)
}

/**
 * Nodes, and edges numbered after them, whose labels a round shows. A node touches its edges and its neighbours, an edge its ends and the
 * edges that it meets there.
 */
function shownAttributes(
  item: GraphInProgress,
  draw: CodeDraw,
  round: number,
  { attributes: order }: ResolvedSampling,
  { vocabulary }: ContractionConfig,
): Set<number> {
  const { nodes, edges } = item.graph
  const hidden = [
    ...Array.from(item.nodeLabels.keys()).filter((v) => item.nodeLabels[v] === vocabulary.nodes.length),
    ...Array.from(item.edgeLabels.keys(), (e) => e)
      .filter((e) => item.edgeLabels[e] === vocabulary.edges.length)
      .map((e) => nodes + e),
  ]
  if (order.kind === "random") {
    const probability = showProbability(round, order.rounds)
    return new Set(hidden.filter((one) => draw.coin[one]! < probability))
  }
  if (round >= order.rounds) return new Set(hidden)
  const isHidden = new Set(hidden)
  const { offsets, neighbours, edgeOf } = adjacencyOf(item.graph)
  const around = (v: number): number[] => {
    const found = [v]
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) found.push(nodes + edgeOf[i]!)
    return found
  }
  const touching = (one: number): number[] => {
    if (one >= nodes) return [...around(edges[2 * (one - nodes)]!), ...around(edges[2 * (one - nodes) + 1]!)]
    const found = around(one)
    for (let i = offsets[one]!; i < offsets[one + 1]!; i++) found.push(neighbours[i]!)
    return found
  }
  return new Set(
    hidden.filter((one) =>
      touching(one).every((other) => other === one || !isHidden.has(other) || draw.priority[other]! < draw.priority[one]!),
    ),
  )
}
