import { adjacencyOf, type PackedGraph } from "../graph/packed-graph.ts"

/**
 * The faces of a drawing of a planar graph without crossings, as cycles of nodes (Demoucron, Malgrange, Pertuiset 1964): from one cycle on,
 * a path through what is not drawn yet divides a face in two; what fits into one face only goes first.
 *
 * @param graph - connected and without cut nodes
 * @returns undefined for a graph without cycles and for one that is not planar
 */
export function planarFaces(graph: PackedGraph): number[][] | undefined {
  const rows = adjacencyOf(graph)
  const neighboursOf = (v: number): Int32Array => rows.neighbours.subarray(rows.offsets[v], rows.offsets[v + 1])
  const cycle = anyCycle(graph.nodes, neighboursOf)
  if (!cycle) return undefined
  const faces = [cycle, cycle.toReversed()]
  const drawn = new Set<number>()
  const drawnEdges = new Set<number>()
  const draw = (nodes: readonly number[]): void => {
    for (const [i, v] of nodes.entries()) {
      drawn.add(v)
      if (i > 0) drawnEdges.add(Math.min(v, nodes[i - 1]!) * graph.nodes + Math.max(v, nodes[i - 1]!))
    }
  }
  draw([...cycle, cycle[0]!])
  for (;;) {
    const pieces = undrawnPieces(graph, neighboursOf, drawn, drawnEdges)
    if (pieces.length === 0) return faces
    let chosen: { piece: Piece; face: number } | undefined
    for (const piece of pieces) {
      const fitting = [...faces.keys()].filter((face) => piece.contacts.every((v) => faces[face]!.includes(v)))
      if (fitting.length === 0) return undefined
      if (!chosen || fitting.length === 1) chosen = { piece, face: fitting[0]! }
      if (fitting.length === 1) break
    }
    const { piece, face } = chosen!
    const path = pathThrough(piece, neighboursOf)
    draw(path)
    faces.splice(face, 1, ...dividedFace(faces[face]!, path))
  }
}

/** A part that is not drawn yet: an edge between drawn nodes, or connected nodes with the drawn ones that they touch. */
interface Piece {
  readonly contacts: readonly number[]
  readonly inside: ReadonlySet<number>
}

type Neighbours = (v: number) => Int32Array

function anyCycle(nodes: number, neighboursOf: Neighbours): number[] | undefined {
  const parent = new Int32Array(nodes).fill(-1)
  const depth = new Int32Array(nodes).fill(-1)
  const stack: number[] = [0]
  depth[0] = 0
  // Depth-first, so that an edge to a node met before leads to an ancestor.
  const next = new Int32Array(nodes)
  for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
    const w = neighboursOf(v)[next[v]!++]
    if (w === undefined) stack.pop()
    else if (depth[w]! < 0) {
      parent[w] = v
      depth[w] = depth[v]! + 1
      stack.push(w)
    } else if (w !== parent[v] && depth[w]! < depth[v]!) {
      const cycle = [v]
      while (cycle.at(-1) !== w) cycle.push(parent[cycle.at(-1)!]!)
      return cycle
    }
  }
  return undefined
}

function undrawnPieces(
  { nodes, edges }: PackedGraph,
  neighboursOf: Neighbours,
  drawn: ReadonlySet<number>,
  drawnEdges: ReadonlySet<number>,
): Piece[] {
  const pieces: Piece[] = []
  for (let e = 0; e < edges.length; e += 2) {
    const [u, v] = [edges[e]!, edges[e + 1]!]
    if (drawn.has(u) && drawn.has(v) && !drawnEdges.has(u * nodes + v)) pieces.push({ contacts: [u, v], inside: new Set() })
  }
  const seen = new Set<number>()
  for (let root = 0; root < nodes; root++) {
    if (drawn.has(root) || seen.has(root)) continue
    const inside = new Set([root])
    const contacts = new Set<number>()
    // A set that grows while it is walked through
    for (const v of inside) {
      seen.add(v)
      for (const w of neighboursOf(v)) (drawn.has(w) ? contacts : inside).add(w)
    }
    pieces.push({ contacts: [...contacts], inside })
  }
  return pieces
}

/** A shortest path from the first contact of a piece through its inside to another. */
function pathThrough({ contacts, inside }: Piece, neighboursOf: Neighbours): number[] {
  const [start, other] = contacts
  if (inside.size === 0) return [start!, other!]
  const from = new Map<number, number>()
  for (const w of neighboursOf(start!)) if (inside.has(w)) from.set(w, start!)
  for (const v of from.keys())
    for (const w of neighboursOf(v)) {
      if (w !== start && contacts.includes(w)) {
        const path = [w, v]
        while (path.at(-1) !== start) path.push(from.get(path.at(-1)!)!)
        return path
      }
      if (inside.has(w) && !from.has(w)) from.set(w, v)
    }
  throw new Error("planarFaces: a piece with one contact, so that the graph has a cut node")
}

function dividedFace(face: readonly number[], path: readonly number[]): [number[], number[]] {
  const [start, end] = [face.indexOf(path[0]!), face.indexOf(path.at(-1)!)]
  const along = (from: number, to: number): number[] =>
    from <= to ? face.slice(from, to + 1) : [...face.slice(from), ...face.slice(0, to + 1)]
  const inner = path.slice(1, -1)
  return [
    [...along(start, end), ...inner.toReversed()],
    [...along(end, start), ...inner],
  ]
}
