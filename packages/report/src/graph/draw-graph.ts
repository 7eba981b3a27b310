import { seriesColor } from "../chart/palette.ts"
import { escapeHtml } from "../html.ts"

/** How an edge is drawn; two and three lines are bonds of molecules. */
export type EdgeStyle = "solid" | "dashed" | "double" | "triple"

/** A graph with the places of its nodes. */
export interface DrawnGraph {
  /** x0, y0, x1, y1, ... in any unit, y downwards. */
  readonly positions: ArrayLike<number>
  /** u0, v0, u1, v1, ... */
  readonly edges: ArrayLike<number>
  /** Colour of each node: the series of a chart. @defaultValue 0 for all */
  readonly nodeSeries?: ArrayLike<number>
  /** Radius of each node, as a multiple of the usual one. @defaultValue 1 for all */
  readonly nodeSizes?: ArrayLike<number>
  /** Words in the nodes; an empty text leaves a dot. @defaultValue none */
  readonly nodeLabels?: readonly string[]
  /** Width of each edge, as a multiple of the usual one. @defaultValue 1 for all */
  readonly edgeWidths?: ArrayLike<number>
  /** @defaultValue solid */
  readonly edgeStyles?: readonly EdgeStyle[]
  /** Below the drawing. @defaultValue none */
  readonly caption?: string
  /** Part of the plane that is shown: left, top, right, bottom. @defaultValue what the nodes need */
  readonly window?: readonly [number, number, number, number]
}

/** Usual radius of a node in a square of that side that has so many of them. */
export const usualRadius = (nodes: number, side: number): number =>
  Math.min(6, Math.max(1.5, (0.16 * side) / Math.sqrt(Math.max(1, nodes))))

/** The inside of a square of that side, as SVG: edges below, nodes above. */
export function drawGraph(graph: DrawnGraph, side: number, radius: number): string {
  const { edges, nodes } = graphLayers(graph, side, radius)
  return edges + nodes
}

/** A drawing in two layers, and where and how large its nodes are in the square. */
export interface GraphLayers {
  readonly edges: string
  readonly nodes: string
  readonly place: (node: number) => readonly [x: number, y: number]
  readonly radiusOf: (node: number) => number
}

/**
 * The layers of a drawing.
 *
 * @param attributes - more attributes for the circle of a node
 */
export function graphLayers(
  graph: DrawnGraph,
  side: number,
  radius: number,
  attributes: (node: number, place: Place) => string = () => "",
): GraphLayers {
  const { nodeSizes } = graph
  const radiusOf = (node: number): number => radius * (nodeSizes?.[node] ?? 1)
  const largest = nodeSizes ? Math.max(1, ...Array.from(nodeSizes)) : 1
  const place = placement(graph, side, Math.max(graph.nodeLabels ? 9 : 0, radius * largest) + 1)
  const edges = edgeGroups(graph, place, Math.max(0.6, Math.min(1.6, radius * 0.36)))
  const circle = (v: number): string => {
    const [x, y] = place(v)
    return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radiusOf(v))}"${attributes(v, place)}/>`
  }
  return { edges, nodes: nodeGroups(graph, circle, radius) + labels(graph, place), place, radiusOf }
}

type Place = (node: number) => readonly [number, number]

/** Scales the window into the square, the same in both directions, and centres it. */
function placement({ positions, window }: DrawnGraph, side: number, margin: number): Place {
  const [left, top, right, bottom] = window ?? boundsOf(positions)
  const extent = Math.max(right - left, bottom - top, 1e-9)
  const scale = (side - 2 * margin) / extent
  return (node) => [
    side / 2 + (positions[2 * node]! - (left + right) / 2) * scale,
    side / 2 + (positions[2 * node + 1]! - (top + bottom) / 2) * scale,
  ]
}

/** The smallest window with all points: left, top, right, bottom. */
export function boundsOf(positions: ArrayLike<number>): [number, number, number, number] {
  if (positions.length === 0) return [0, 0, 1, 1]
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]!)
    right = Math.max(right, positions[i]!)
    top = Math.min(top, positions[i + 1]!)
    bottom = Math.max(bottom, positions[i + 1]!)
  }
  return [left, top, right, bottom]
}

/** One path for all edges that look alike. */
function edgeGroups({ edges, edgeWidths, edgeStyles }: DrawnGraph, place: Place, unit: number): string {
  const paths = new Map<string, string[]>()
  for (let e = 0; e < edges.length / 2; e++) {
    const style = edgeStyles?.[e] ?? "solid"
    const width = round((edgeWidths?.[e] ?? 1) * unit)
    const key = `stroke-width="${width}"${style === "dashed" ? ` stroke-dasharray="${3 * width} ${2 * width}"` : ""}`
    const lines = paths.get(key) ?? []
    paths.set(key, lines)
    const [x1, y1] = place(edges[2 * e]!)
    const [x2, y2] = place(edges[2 * e + 1]!)
    const length = Math.max(1e-9, Math.hypot(x2 - x1, y2 - y1))
    for (const shift of { solid: [0], dashed: [0], double: [-1.3, 1.3], triple: [-2.4, 0, 2.4] }[style]) {
      const [dx, dy] = [(-(y2 - y1) / length) * shift * width, ((x2 - x1) / length) * shift * width]
      lines.push(`M${round(x1 + dx)} ${round(y1 + dy)}L${round(x2 + dx)} ${round(y2 + dy)}`)
    }
  }
  return [...paths]
    .map(([key, lines]) => `<path d="${lines.join("")}" fill="none" stroke="var(--soft, #59626b)" stroke-opacity=".6" ${key}/>`)
    .join("")
}

function nodeGroups({ positions, nodeSeries }: DrawnGraph, circle: (node: number) => string, radius: number): string {
  const groups = new Map<number, string[]>()
  for (let v = 0; v < positions.length / 2; v++) {
    const series = nodeSeries?.[v] ?? 0
    const circles = groups.get(series) ?? []
    groups.set(series, circles)
    circles.push(circle(v))
  }
  return [...groups]
    .map(
      ([series, circles]) =>
        `<g fill="${seriesColor(series)}" stroke="var(--ground, #fdfdfb)" stroke-width="${round(Math.min(1, radius / 4))}">${circles.join("")}</g>`,
    )
    .join("")
}

/** Words on a piece of the ground, in the colour of their node. */
function labels({ nodeLabels, nodeSeries }: DrawnGraph, place: Place): string {
  return (nodeLabels ?? [])
    .map((label, v) => {
      if (label === "") return ""
      const [x, y] = place(v)
      const color = seriesColor(nodeSeries?.[v] ?? 0)
      return `<circle cx="${round(x)}" cy="${round(y)}" r="8" fill="var(--ground, #fdfdfb)"/><text x="${round(x)}" y="${round(y + 4.2)}" font-size="12" font-weight="600" text-anchor="middle" fill="${color}">${escapeHtml(label)}</text>`
    })
    .join("")
}

const round = (value: number): number => Math.round(value * 10) / 10
