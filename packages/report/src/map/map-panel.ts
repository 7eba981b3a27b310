import { pngDataUri } from "../image/image-figure.ts"
import type { ColorScale } from "./color-scale.ts"
import { contourLines } from "./contour-lines.ts"
import { fieldExtrema } from "./field-extrema.ts"
import type { MapGrid } from "./map-grid.ts"
import type { MapRendering, MapWindow } from "./map-window.ts"
import { rasterImage } from "./raster-image.ts"
import { resampleField } from "./resample-field.ts"

/** A place that is marked on every map. */
export interface MapPoint {
  /** Degrees east, of any turn. */
  readonly longitude: number
  readonly latitude: number
}

/** What a map of a figure is drawn with. */
export interface MapPanel {
  readonly grid: MapGrid
  readonly window: MapWindow
  readonly rendering: MapRendering
  readonly scale: ColorScale
  readonly contours?: number
  readonly extrema?: number
  readonly points: readonly MapPoint[]
  /** Of the figure, whose definitions hold its coast, degrees and clip. */
  readonly id: string
}

/** Pixels of the picture a CSS pixel, for sharp screens. */
const density = 2
/** CSS pixels between the points that lines are drawn through: the grids are coarser. */
const lineStep = 4

/** Ink of lines and words on the colours, which are light on every ground. */
const ink = "#1c2024"
const coast = "#6b4a2b"

/** One map, without its labels round it, as SVG; its upper left corner is the origin. */
export function drawMapPanel(
  field: ArrayLike<number>,
  { grid, window, rendering, scale, contours, extrema, points, id }: MapPanel,
): string {
  const { width, height } = window
  const areas = resampleField(field, grid, { window, width: width * density, height: height * density, rendering })
  const image = `<image width="${width}" height="${height}" preserveAspectRatio="none" href="${pngDataUri(rasterImage(areas, scale))}"/>`
  const layers = [
    `<use href="#${id}-degrees" fill="none" stroke="${ink}" stroke-opacity="0.28" stroke-width="0.6"/>`,
    `<use href="#${id}-coast" fill="none" stroke="${coast}" stroke-width="1.1" stroke-linejoin="round"/>`,
  ]
  const words: string[] = []
  if (contours != null || extrema != null) {
    const [columns, rows] = [Math.ceil(width / lineStep), Math.ceil(height / lineStep)]
    const pixels = width / columns
    const coarse = resampleField(field, grid, { window, width: columns, height: rows, rendering: "smooth" })
    const down = height / rows / pixels
    if (contours != null) {
      const { path, labels } = contourLines(coarse, { interval: contours, pixels })
      layers.push(`<path d="${path}" transform="scale(1 ${down})" fill="none" stroke="${ink}" stroke-width="0.9" stroke-linejoin="round"/>`)
      words.push(
        ...labels.map(
          ({ x, y, angle, text }) => `<text transform="translate(${x} ${y * down}) rotate(${angle})" y="3.2" font-size="9">${text}</text>`,
        ),
      )
    }
    if (extrema != null)
      for (const { kind, x, y } of fieldExtrema(coarse, { prominence: extrema, pixels }))
        words.push(`<text x="${x}" y="${y * down + 5}" font-size="14" font-weight="700">${kind === "high" ? "H" : "L"}</text>`)
  }
  const dots = points.map(({ longitude, latitude }) => {
    const east = longitude + 360 * Math.ceil((window.west - longitude) / 360)
    return `<circle cx="${window.x(east)}" cy="${window.y(latitude)}" r="3.6" fill="#fff" stroke="${ink}" stroke-width="1.6"/>`
  })
  return [
    `<g clip-path="url(#${id}-clip)"><rect width="${width}" height="${height}" fill="#e4e4e0"/>`,
    image,
    ...layers,
    words.length > 0 &&
      `<g fill="${ink}" stroke="#fff" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke" text-anchor="middle">${words.join("")}</g>`,
    ...dots,
    `</g><rect width="${width}" height="${height}" fill="none" stroke="${ink}" stroke-width="0.8"/>`,
  ]
    .filter(Boolean)
    .join("")
}
