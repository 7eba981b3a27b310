import { componentsOf, edgeCount, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { colouredGraph, individualised, refine, type ColouredGraph, type Colouring } from "./colour-refinement.ts"

/**
 * Whether some renaming of nodes turns one graph into the other, node and edge labels included. Exact: colours by refinement, then a
 * search that individualises nodes and checks every edge. A graph without labels is never isomorphic to one that carries them.
 */
export function isIsomorphic(a: PackedGraph, b: PackedGraph): boolean {
  const [first, second] = [fingerprinted(a), fingerprinted(b)]
  return first.key === second.key && sameKey(first, second)
}

/** Isomorphism class of every graph, numbered by first appearance: graphs of one class are isomorphic, graphs of two are not. */
export function isomorphismClasses(graphs: readonly PackedGraph[]): Int32Array {
  const buckets = new Map<string, { readonly member: Fingerprinted; readonly label: number }[]>()
  let classes = 0
  return Int32Array.from(graphs, (graph) => {
    const member = fingerprinted(graph)
    const bucket = buckets.get(member.key) ?? []
    buckets.set(member.key, bucket)
    const known = bucket.find((other) => sameKey(other.member, member))
    if (known) return known.label
    bucket.push({ member, label: classes })
    return classes++
  })
}

interface Fingerprinted {
  readonly rows: ColouredGraph
  readonly colouring: Colouring
  /** Equal for isomorphic graphs; seldom for others. */
  readonly key: string
}

function fingerprinted(graph: PackedGraph): Fingerprinted {
  const rows = colouredGraph(graph)
  const colouring = refine(rows)
  const labelled = `${graph.nodeLabels ? "n" : ""}${graph.edgeLabels ? "e" : ""}`
  return { rows, colouring, key: `${graph.nodes} ${edgeCount(graph)} ${colouring.cells} ${colouring.trace} ${labelled}` }
}

function sameKey(a: Fingerprinted, b: Fingerprinted): boolean {
  const [parts, others] = [connectedParts(a.rows.graph), connectedParts(b.rows.graph)]
  if (parts.length !== others.length) return false
  if (parts.length <= 1) return searchFrom(a.rows, b.rows, a.colouring, b.colouring)
  // Without this, equal components would be tried in every order
  const labels = isomorphismClasses([...parts, ...others])
  const surplus = new Map<number, number>()
  for (const [i, label] of labels.entries()) surplus.set(label, (surplus.get(label) ?? 0) + (i < parts.length ? 1 : -1))
  return [...surplus.values()].every((count) => count === 0)
}

/** Whether an isomorphism respects two stable colourings: individualise one node of the smallest cell, try every partner. */
function searchFrom(a: ColouredGraph, b: ColouredGraph, ca: Colouring, cb: Colouring): boolean {
  const { nodes } = a.graph
  if (ca.cells !== cb.cells || ca.trace !== cb.trace) return false
  if (ca.cells === nodes) return matches(a, b, ca.colours, cb.colours)
  const sizes = new Int32Array(ca.cells)
  for (const colour of ca.colours) sizes[colour]!++
  let cell = -1
  for (let c = 0; c < sizes.length; c++) if (sizes[c]! > 1 && (cell < 0 || sizes[c]! < sizes[cell]!)) cell = c
  const refined = refine(a, individualised(ca, ca.colours.indexOf(cell)))
  for (let w = 0; w < nodes; w++) if (cb.colours[w] === cell && searchFrom(a, b, refined, refine(b, individualised(cb, w)))) return true
  return false
}

/** Whether the bijection between equal colours is an isomorphism. */
function matches(a: ColouredGraph, b: ColouredGraph, coloursA: Int32Array, coloursB: Int32Array): boolean {
  const nodeOf = new Int32Array(b.graph.nodes)
  for (const [w, colour] of coloursB.entries()) nodeOf[colour] = w
  const edgeTo = new Int32Array(b.graph.nodes) // label of the edge to this node, plus one
  for (const [v, colour] of coloursA.entries()) {
    const w = nodeOf[colour]!
    if (a.graph.nodeLabels?.[v] !== b.graph.nodeLabels?.[w]) return false
    if (a.offsets[v + 1]! - a.offsets[v]! !== b.offsets[w + 1]! - b.offsets[w]!) return false
    for (let i = b.offsets[w]!; i < b.offsets[w + 1]!; i++) edgeTo[b.neighbours[i]!] = b.edgeLabels[i]! + 1
    for (let i = a.offsets[v]!; i < a.offsets[v + 1]!; i++)
      if (edgeTo[nodeOf[coloursA[a.neighbours[i]!]!]!] !== a.edgeLabels[i]! + 1) return false
    for (let i = b.offsets[w]!; i < b.offsets[w + 1]!; i++) edgeTo[b.neighbours[i]!] = 0
  }
  return true
}

/** The components as graphs of their own; the graph itself where it is connected. */
function connectedParts(graph: PackedGraph): PackedGraph[] {
  const { component, count } = componentsOf(graph)
  if (count <= 1) return [graph]
  const place = new Int32Array(graph.nodes)
  const parts = Array.from({ length: count }, () => ({
    nodes: 0,
    ends: [] as number[],
    nodeLabels: [] as number[],
    edgeLabels: [] as number[],
  }))
  for (const [v, part] of component.entries()) {
    place[v] = parts[part]!.nodes++
    parts[part]!.nodeLabels.push(graph.nodeLabels?.[v] ?? 0)
  }
  for (let e = 0; e < edgeCount(graph); e++) {
    const part = parts[component[graph.edges[2 * e]!]!]!
    part.ends.push(place[graph.edges[2 * e]!]!, place[graph.edges[2 * e + 1]!]!)
    part.edgeLabels.push(graph.edgeLabels?.[e] ?? 0)
  }
  return parts.map(({ nodes, ends, nodeLabels, edgeLabels }) =>
    packedGraph(nodes, ends, { ...(graph.nodeLabels && { nodeLabels }), ...(graph.edgeLabels && { edgeLabels }) }),
  )
}
