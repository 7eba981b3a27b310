import { componentsOf, packedGraph, type PackedGraph } from "./packed-graph.ts"

/** The largest component as a graph of its own, of equals the one with the earliest node; nodes keep their order, labels travel along. */
export function largestComponent(graph: PackedGraph): PackedGraph {
  const { component, count } = componentsOf(graph)
  if (count <= 1) return graph
  const sizes = new Int32Array(count)
  for (const c of component) sizes[c]!++
  const largest = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)))
  const nodes = [...component.keys()].filter((v) => component[v] === largest)
  const position = new Int32Array(graph.nodes)
  for (const [i, v] of nodes.entries()) position[v] = i
  const kept = Array.from({ length: graph.edges.length / 2 }, (_, e) => e).filter((e) => component[graph.edges[2 * e]!] === largest)
  return packedGraph(
    nodes.length,
    kept.flatMap((e) => [position[graph.edges[2 * e]!]!, position[graph.edges[2 * e + 1]!]!]),
    {
      ...(graph.nodeLabels && { nodeLabels: nodes.map((v) => graph.nodeLabels![v]!) }),
      ...(graph.edgeLabels && { edgeLabels: kept.map((e) => graph.edgeLabels![e]!) }),
    },
  )
}
