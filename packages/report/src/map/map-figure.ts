import { extent, mean } from "d3-array"
import type { Chart } from "../chart/chart.ts"
import { withFixedColors } from "../chart/palette.ts"
import { formatNumber } from "../format-number.ts"
import { escapeHtml, html } from "../html.ts"
import { dataTable } from "../table/table.ts"
import { coastLines } from "./coast-lines.ts"
import { colorBar } from "./color-bar.ts"
import { colorScale, type ColorScale, type MapPalette } from "./color-scale.ts"
import { graticule } from "./graticule.ts"
import { checkMapGrid, type MapGrid } from "./map-grid.ts"
import { drawMapPanel, type MapPoint } from "./map-panel.ts"
import { mapWindow, type MapRendering } from "./map-window.ts"

/** Maps that stand side by side and share their colours. */
export interface MapRow {
  /** Written above the row. */
  readonly label: string
  /** "hPa"; written after the label and said for the colour bar. */
  readonly units: string
  /** A field for each column, [H, W], NaN where data is missing; null leaves the place empty. */
  readonly panels: readonly (ArrayLike<number> | null)[]
  /** @defaultValue "sequential" */
  readonly palette?: MapPalette
  /**
   * Values at the ends of the colours: give several rows the same and they can be compared.
   * @defaultValue the smallest and the largest value of the row
   */
  readonly range?: readonly [number, number]
  /** Draws lines of equal value every so many units; none where absent. */
  readonly contours?: number
  /**
   * Marks highs and lows that stand out by at least this much with H and L, as on a chart of pressure.
   * @defaultValue none are marked
   */
  readonly extrema?: number
}

export interface MapFigureOptions {
  readonly title: string
  /** A sentence in plain words: what to see. */
  readonly description?: string
  readonly grid: MapGrid
  /** Headings over the columns. */
  readonly columns: readonly string[]
  readonly rows: readonly MapRow[]
  /** @defaultValue "smooth" */
  readonly rendering?: MapRendering
  /** Marked on every map. */
  readonly points?: readonly MapPoint[]
  /** Of the drawing, CSS pixels. @defaultValue 960 */
  readonly width?: number
}

/** CSS pixels round the maps. */
const margin = { left: 40, right: 70, top: 4, bottom: 22 }
const [gap, headingLine, rowLine] = [8, 20, 24]
/** A map is never drawn larger than this: one panel does not fill a page, nor does a strip from pole to pole. */
const largestPanel = { width: 520, height: 560 }

/**
 * Fields over coast lines and degrees, in columns and rows, each row with one colour scale and its bar. Smooth maps are
 * interpolated between the points of the grid for the eye only: the table holds the values of the points.
 */
export function mapFigure({
  title,
  description,
  grid,
  columns,
  rows,
  rendering = "smooth",
  points = [],
  width = 960,
}: MapFigureOptions): Chart {
  checkMapGrid(grid)
  const count = Math.max(1, columns.length)
  const room = Math.min(largestPanel.width, Math.floor((width - margin.left - margin.right - (count - 1) * gap) / count))
  const wide = mapWindow(grid, room, rendering)
  const window =
    wide.height <= largestPanel.height
      ? wide
      : mapWindow(grid, Math.max(40, Math.floor((room * largestPanel.height) / wide.height)), rendering)
  const panelWidth = window.width
  const lines = graticule(window)
  const drawnWidth = margin.left + count * (panelWidth + gap) - gap + margin.right
  // Names of shapes are shared by the whole page.
  const id = `map-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-${count}x${rows.length}`
  const left = (column: number): number => margin.left + column * (panelWidth + gap)
  const rowHeight = rowLine + window.height + gap

  const drawn = rows.map((row, r) => {
    const top = margin.top + headingLine + r * rowHeight
    const scale = rowScale(row)
    const panels = row.panels
      .slice(0, count)
      .map((field, c) =>
        field == null
          ? ""
          : `<g transform="translate(${left(c)} ${top + rowLine})">${drawMapPanel(field, { ...row, grid, window, rendering, scale, id, points })}</g>`,
      )
    const firstDrawn = Math.max(
      0,
      row.panels.findIndex((field) => field != null),
    )
    const parallels = lines.parallels.map(
      ({ y, label }) =>
        `<text x="${left(firstDrawn) - 5}" y="${tenth(top + rowLine + y + 4)}" text-anchor="end" fill="currentColor">${label}</text>`,
    )
    const name = `<text x="${margin.left}" y="${top + rowLine - 7}" font-size="13" font-weight="600" fill="currentColor">${escapeHtml(row.label)} <tspan font-weight="400">(${escapeHtml(row.units)})</tspan></text>`
    const bar = colorBar(scale, { x: left(count - 1) + panelWidth + 10, y: top + rowLine, height: window.height })
    return name + panels.join("") + parallels.join("") + bar
  })
  const bottom = margin.top + headingLine + rows.length * rowHeight - gap
  // Under the last row only: between rows there is no room.
  const meridians = columns.flatMap((_, c) =>
    rows.at(-1)?.panels[c] == null
      ? []
      : lines.meridians
          .filter(({ x }) => x > 12 && x < panelWidth - 12)
          .map(
            ({ x, label }) => `<text x="${tenth(left(c) + x)}" y="${bottom + 15}" text-anchor="middle" fill="currentColor">${label}</text>`,
          ),
  )
  const headings = columns.map(
    (column, c) =>
      `<text x="${left(c) + panelWidth / 2}" y="${margin.top + 13}" font-size="13" text-anchor="middle" fill="currentColor">${escapeHtml(column)}</text>`,
  )
  const height = bottom + margin.bottom
  const shapes = `<defs><path id="${id}-coast" d="${coastLines(window)}"/><path id="${id}-degrees" d="${lines.path}"/><clipPath id="${id}-clip"><rect width="${panelWidth}" height="${window.height}"/></clipPath></defs>`
  const words = `Maps of ${rows.map(({ label, units }) => `${label} (${units})`).join("; ")}, by column: ${columns.join(", ")}.`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${drawnWidth}" height="${height}" viewBox="0 0 ${drawnWidth} ${height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="12" role="img" aria-label="${escapeHtml(`${title}. ${words}`)}">${shapes}${headings.join("")}${drawn.join("")}${meridians.join("")}</svg>`
  return {
    svg: withFixedColors(svg),
    ...html`<figure class="maps">
      <h4>${title}</h4>
      <div class="scroll">${{ html: svg }}</div>
      <figcaption>
        ${description != null && html`<p>${description}</p>`}
        <details>
          <summary>Text and data of these maps</summary>
          <p>${words} Smallest to largest value, and the mean over the points of the grid.</p>
          ${dataTable({ title, corner: "maps", columns, rows: rows.map(({ label, units, panels }) => ({ label: `${label} (${units})`, cells: columns.map((_, c) => summary(panels[c])) })) })}
        </details>
      </figcaption>
    </figure>`,
  }
}

function rowScale({ panels, palette = "sequential", range, contours }: MapRow): ColorScale {
  const ends = panels.flatMap((field) => (field == null ? [] : extent(finite(field)))).filter((value) => value != null)
  return colorScale({ palette, range: range ?? [Math.min(...ends), Math.max(...ends)], ...(contours != null && { interval: contours }) })
}

function summary(field: ArrayLike<number> | null | undefined): string | null {
  if (field == null) return null
  const values = finite(field)
  const [low, high] = extent(values)
  return low == null || high == null ? "no value" : `${formatNumber(low)} to ${formatNumber(high)}, mean ${formatNumber(mean(values)!)}`
}

const finite = (field: ArrayLike<number>): number[] => Array.from(field).filter((value) => Number.isFinite(value))

const tenth = (value: number): number => Math.round(value * 10) / 10
