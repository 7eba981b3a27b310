import type { Chart } from "../chart/chart.ts"
import { seriesColor, withFixedColors } from "../chart/palette.ts"
import { escapeHtml, html } from "../html.ts"
import { boundsOf, drawGraph, usualRadius, type DrawnGraph } from "./draw-graph.ts"

/** Drawings that belong together, with a line of words over them. */
export interface GraphRow {
  /** @defaultValue none */
  readonly label?: string
  readonly graphs: readonly DrawnGraph[]
  /** Pictures of one graph as it grows: all show the part of the plane that the last one needs. @defaultValue false */
  readonly film?: boolean
}

export interface GraphFigureOptions {
  readonly title: string
  /** A sentence in plain words: what to see. */
  readonly description?: string
  /** A row with more drawings than columns goes on in the next line. */
  readonly rows: readonly GraphRow[]
  /** Drawings in a line. @defaultValue as many as the longest row has, at most 6 */
  readonly columns?: number
  /** Side of a drawing in CSS pixels. @defaultValue what fills 760 pixels, at most 260 */
  readonly size?: number
  /** What the colours mean, in the order of the series; at most 6 are told apart. @defaultValue none */
  readonly legend?: readonly string[]
}

const pageWidth = 760
const mostColumns = 6
const largestSize = 260
const gap = 10
const rowLabel = 26
const captionLine = 17
const legendLine = 22

/** Small drawings of graphs in a grid, each with its caption. The drawing alone is in `svg`, with fixed colours, for a file. */
export function graphFigure({ title, description, rows, columns, size, legend = [] }: GraphFigureOptions): Chart {
  const perLine = columns ?? Math.min(mostColumns, Math.max(1, ...rows.map(({ graphs }) => graphs.length)))
  const side = size ?? Math.min(largestSize, Math.floor((pageWidth - gap * (perLine - 1)) / perLine))
  const parts: string[] = []
  let top = legend.length > 0 ? legendLine : 0
  if (legend.length > 0) parts.push(legendEntries(legend))
  for (const { label, graphs, film = false } of rows) {
    if (label !== undefined) {
      parts.push(text(label, { x: 0, y: top + 16, weight: 600 }))
      top += rowLabel
    }
    const captions = graphs.some(({ caption }) => caption !== undefined) ? captionLine : 0
    // One size of nodes for the whole row, or graphs of different sizes would look alike.
    const radius = usualRadius(Math.max(1, ...graphs.map(({ positions }) => positions.length / 2)), side)
    for (const [i, graph] of graphs.entries()) {
      const [left, line] = [(i % perLine) * (side + gap), Math.floor(i / perLine)]
      const y = top + line * (side + captions + gap)
      parts.push(
        `<g transform="translate(${left} ${y})">${drawGraph(film ? { window: boundsOf(graphs.at(-1)!.positions), ...graph } : graph, side, radius)}</g>`,
      )
      if (graph.caption !== undefined) parts.push(text(graph.caption, { x: left + side / 2, y: y + side + 12, anchor: "middle", size: 12 }))
    }
    top += Math.ceil(graphs.length / perLine) * (side + captions + gap)
  }
  const width = perLine * (side + gap) - gap
  const height = Math.max(1, top - gap)
  const alternative = rows.map(describeRow).join(" ")
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, DejaVu Sans, sans-serif" role="img" aria-label="${escapeHtml(`${title}. ${alternative}`)}">${parts.join("")}</svg>`
  return {
    svg: withFixedColors(drawing),
    ...html`<figure class="graphs">
      <h4>${title}</h4>
      <div class="scroll">${{ html: drawing }}</div>
      ${description != null && html`<figcaption><p>${description}</p></figcaption>`}
    </figure>`,
  }
}

const describeRow = ({ label, graphs }: GraphRow): string =>
  `${label === undefined ? "" : `${label}: `}${graphs.length} ${graphs.length === 1 ? "graph" : "graphs"} of ${graphs.map(({ positions }) => positions.length / 2).join(", ")} nodes.`

interface TextPlace {
  readonly x: number
  readonly y: number
  readonly anchor?: "start" | "middle"
  readonly size?: number
  readonly weight?: number
}

const text = (words: string, { x, y, anchor = "start", size = 13, weight = 400 }: TextPlace): string =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="currentColor">${escapeHtml(words)}</text>`

function legendEntries(names: readonly string[]): string {
  let left = 6
  return names
    .map((name, index) => {
      const entry = `<circle cx="${left}" cy="9" r="5" fill="${seriesColor(index)}"/>${text(name, { x: left + 10, y: 13.5 })}`
      left += 30 + name.length * 7
      return entry
    })
    .join("")
}
