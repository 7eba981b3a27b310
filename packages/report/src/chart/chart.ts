import * as Plot from "@observablehq/plot"
import { JSDOM } from "jsdom"
import { html, type Html } from "../html.ts"
import { dataTable, type TableRow } from "../table/table.ts"
import { seriesColor, seriesSymbol, withFixedColors } from "./palette.ts"

/** A drawn chart: `html` is a figure with caption, drawing, text alternative and data table; `svg` is the drawing alone, for a file. */
export interface Chart extends Html {
  readonly svg: string
}

/** One axis of numbers. */
export interface ChartAxis {
  /** What is measured and its unit: "test MSE", "time per epoch (s)". */
  readonly label: string
  /** @defaultValue "linear" */
  readonly scale?: "linear" | "log"
  /** Ends of the axis; the data's own ends where absent. */
  readonly domain?: readonly [number, number]
}

/** A line across the chart that models are read against: a floor or a naive baseline. */
export interface ChartReference {
  readonly label: string
  readonly value: number
}

/** What every chart takes. */
export interface ChartOptions {
  /** Above the drawing, and its name for a screen reader. */
  readonly title: string
  /** A sentence in plain words below the drawing: what to see in it. */
  readonly description?: string
  /** @defaultValue 760 */
  readonly width?: number
  /** @defaultValue 360 */
  readonly height?: number
}

/** What a kind of chart adds to the frame. */
interface ChartBody extends ChartOptions {
  /** Said in place of the picture, one sentence a series. */
  readonly alternative: string
  readonly plot: Plot.PlotOptions
  readonly legend: readonly string[]
  readonly data: { readonly corner: string; readonly columns: readonly string[]; readonly rows: readonly TableRow[] }
}

const legendLine = 20
const legendGlyph = 16
const characterWidth = 7.4

let page: JSDOM | undefined

/** Draws a plot with its legend and wraps it into the figure that every chart of a report is. */
export function drawChart({ title, description, width = 760, height = 360, alternative, plot, legend, data }: ChartBody): Chart {
  page ??= new JSDOM("")
  const entries = legend.length > 1 ? layOutLegend(legend, width - 70) : []
  const lines = 1 + Math.max(-1, ...entries.map(({ line }) => line))
  const marginTop = 26 + lines * legendLine
  const drawing = Plot.plot({
    ...plot,
    document: page.window.document,
    width,
    height: height + lines * legendLine,
    marginTop,
    style: { background: "transparent", color: "currentColor", fontFamily: "inherit", fontSize: "13px", overflow: "visible" },
    marks: [
      ...(plot.marks ?? []),
      ...entries.flatMap(({ name, index, left, line }) => {
        const place = { frameAnchor: "top-left", dy: line * legendLine - marginTop + 8 } as const
        return [
          Plot.dot([0], { ...place, dx: left + 5, r: 4.5, fill: seriesColor(index), symbol: seriesSymbol(index) }),
          Plot.text([name], { ...place, text: (text: string) => text, dx: left + legendGlyph, dy: place.dy - 6, textAnchor: "start" }),
        ]
      }),
    ],
  })
  drawing.setAttribute("role", "img")
  drawing.setAttribute("aria-label", `${title}. ${alternative}`)
  drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  const svg = drawing.outerHTML
  return {
    svg: withFixedColors(svg),
    ...html`<figure class="chart">
      <h4>${title}</h4>
      <div class="scroll">${{ html: svg }}</div>
      <figcaption>
        ${description != null && html`<p>${description}</p>`}
        <details>
          <summary>Text and data of this chart</summary>
          <p>${alternative}</p>
          ${dataTable({ title, ...data })}
        </details>
      </figcaption>
    </figure>`,
  }
}

/** Left ends and lines of legend entries, by an estimate of how wide the words are. */
function layOutLegend(names: readonly string[], width: number): { name: string; index: number; left: number; line: number }[] {
  let left = 0
  let line = 0
  return names.map((name, index) => {
    const size = legendGlyph + name.length * characterWidth + 18
    if (left > 0 && left + size > width) {
      left = 0
      line++
    }
    const entry = { name, index, left, line }
    left += size
    return entry
  })
}

/** The scale options of one axis. A logarithmic axis has ticks at 1, 2, 3 and 5 of each decade, written as plain numbers. */
export function axisScale({ label, scale = "linear", domain }: ChartAxis): Plot.ScaleOptions {
  return {
    label,
    labelAnchor: "center",
    labelArrow: "none",
    type: scale,
    ...(domain != null && { domain: [...domain] }),
    ...(scale === "log"
      ? { tickFormat: (value: number) => (/^[1235]/.test(value.toExponential()) ? plain(value) : "") }
      : { nice: domain == null }),
  }
}

const plain = (value: number): string => (value >= 1e-4 && value < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(0))
