import type { Chart } from "../chart/chart.ts"
import { withFixedColors } from "../chart/palette.ts"
import { escapeHtml, html } from "../html.ts"
import { boundsOf, graphLayers, usualRadius, type DrawnGraph } from "./draw-graph.ts"

/** A picture of a film of one graph that grows. */
export interface FilmPicture extends DrawnGraph {
  /** Node of the picture before that each node comes from; not for the first picture. */
  readonly parents?: ArrayLike<number>
}

export interface GraphFilmOptions {
  readonly title: string
  /** A sentence in plain words: what to see. */
  readonly description?: string
  /** Coarse to fine. */
  readonly pictures: readonly FilmPicture[]
  /** Side in CSS pixels. @defaultValue 420 */
  readonly size?: number
  /** How long a picture stands. @defaultValue 1.6 */
  readonly seconds?: number
}

/** How much longer the last picture stands, in pictures. */
const hold = 2

/** Shares of a picture's time: until when its nodes move, and from when to when its edges appear. */
const moved = 0.45
const edgesFrom = 0.3
const edgesTo = 0.6

const captionLine = 24

/**
 * A film that plays by itself, over and over, without a script: nodes step out of their parents, edges follow. Readers who want no motion,
 * and printers, get the last picture, as does `svg`.
 */
export function graphFilm({ title, description, pictures, size = 420, seconds = 1.6 }: GraphFilmOptions): Chart {
  const last = pictures.at(-1)
  const window = boundsOf(last?.positions ?? [])
  const radius = usualRadius((last?.positions.length ?? 0) / 2, size)
  const largest = Math.max(1, ...pictures.flatMap(({ nodeSizes }) => Array.from(nodeSizes ?? [])))
  const margin = radius * (largest - Math.max(1, ...Array.from(last?.nodeSizes ?? [])))
  const side = size - 2 * margin
  // Names of animations are shared by the whole page.
  const name = `film-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-${pictures.length}`
  const total = seconds * (pictures.length + hold)
  const rules: string[] = []
  const groups: string[] = []
  let before: ReturnType<typeof graphLayers> | undefined
  for (const [k, picture] of pictures.entries()) {
    const from = before
    const origin = (v: number): readonly [number, number, number] | undefined => {
      const parent = picture.parents?.[v]
      return from && parent !== undefined ? [...from.place(parent), from.radiusOf(parent)] : undefined
    }
    const layers = graphLayers({ window, ...picture }, side, radius, (v, place) => {
      const start = origin(v)
      if (!start) return ""
      const [x, y] = place(v)
      const scale = start[2] / (radius * (picture.nodeSizes?.[v] ?? 1))
      return ` style="--x:${tenth(start[0] - x)}px;--y:${tenth(start[1] - y)}px;--s:${Math.round(scale * 100) / 100}"`
    })
    rules.push(...picturesRules(name, k, pictures.length))
    const nodes = picture.positions.length / 2
    const caption = picture.caption ?? `${nodes} ${nodes === 1 ? "node" : "nodes"}`
    groups.push(
      `<g class="${name} p${k}" opacity="${k === pictures.length - 1 ? 1 : 0}"><g class="edges">${layers.edges}</g>${layers.nodes}` +
        `<text x="${side / 2}" y="${size + 16 - margin}" font-size="13" text-anchor="middle" fill="currentColor">${escapeHtml(caption)}</text></g>`,
    )
    before = layers
  }
  const style = `<style>@media screen and (prefers-reduced-motion: no-preference){.${name},.${name} .edges,.${name} circle{animation-duration:${total}s;animation-iteration-count:infinite}.${name} circle{transform-box:fill-box;transform-origin:center;animation-timing-function:ease-in-out}${rules.join("")}}</style>`
  const words = `${title}. A graph grows in ${pictures.length} pictures of ${pictures.map(({ positions }) => positions.length / 2).join(", ")} nodes.`
  const drawing = (inside: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size + captionLine}" viewBox="0 0 ${size} ${size + captionLine}" font-family="system-ui, DejaVu Sans, sans-serif" role="img" aria-label="${escapeHtml(words)}">${inside}</svg>`
  const inside = `<g transform="translate(${tenth(margin)} ${tenth(margin)})">${groups.join("")}</g>`
  return {
    svg: withFixedColors(drawing(inside)),
    ...html`<figure class="graphs">
      <h4>${title}</h4>
      <div class="scroll">${{ html: drawing(style + inside) }}</div>
      ${description != null && html`<figcaption><p>${description}</p></figcaption>`}
    </figure>`,
  }
}

/** When a picture is seen, its nodes move and its edges appear, as shares of the film. */
function picturesRules(name: string, k: number, count: number): string[] {
  const at = (picture: number): string => `${((100 * picture) / (count + hold)).toFixed(3)}%`
  const shown = k === 0 ? `0%{opacity:1}` : `0%{opacity:0}${at(k)}{opacity:1}`
  const hidden = k === count - 1 ? "" : `${at(k + 1)},100%{opacity:0}`
  const rules = [
    `@keyframes ${name}-p${k}{${shown}${hidden}}`,
    `.${name}.p${k}{animation-name:${name}-p${k};animation-timing-function:step-end}`,
  ]
  if (k === 0) return rules
  return [
    ...rules,
    `@keyframes ${name}-m${k}{0%,${at(k)}{transform:translate(var(--x),var(--y)) scale(var(--s))}${at(k + moved)},100%{transform:none}}`,
    `.${name}.p${k} circle{animation-name:${name}-m${k}}`,
    `@keyframes ${name}-e${k}{0%,${at(k + edgesFrom)}{opacity:0}${at(k + edgesTo)},100%{opacity:1}}`,
    `.${name}.p${k} .edges{animation-name:${name}-e${k}}`,
  ]
}

const tenth = (value: number): number => Math.round(value * 10) / 10
