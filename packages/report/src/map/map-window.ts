import { geoPath, geoProjection, type GeoPath } from "d3-geo"
import type { MapGrid } from "./map-grid.ts"

/** How values become areas: `smooth` between the points of the grid, `cells` as one even patch round each. */
export type MapRendering = "smooth" | "cells"

/**
 * The part of the globe that a map shows and its place on paper: equirectangular, true to scale along the middle latitude, so
 * that degrees are straight lines and a grid is a rectangle.
 */
export interface MapWindow {
  /** Degrees. */
  readonly west: number
  readonly east: number
  readonly north: number
  readonly south: number
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** CSS pixels from the left of a longitude between `west` and `east`. */
  x(longitude: number): number
  /** CSS pixels from the top. */
  y(latitude: number): number
  /** Draws shapes of the globe, cut to the window, as SVG path data. */
  readonly path: GeoPath
}

const radians = Math.PI / 180

/** Beyond it a map that is true along its middle would be a thin strip. */
const highestTrueLatitude = 70

/**
 * The window of a grid at a width: from the outermost points of the grid for smooth areas, half a cell beyond them for cells.
 * A periodic grid is shown from the date line round to it.
 */
export function mapWindow({ latitudes, longitudes, isPeriodic = false }: MapGrid, width: number, rendering: MapRendering): MapWindow {
  const [rows, columns] = [latitudes.length, longitudes.length]
  const beyond = (at: ArrayLike<number>, outer: number, inner: number): number => {
    const spacing = at.length > 1 ? at[outer]! - at[inner]! : 0
    return at[outer]! + (rendering === "cells" || at.length === 1 ? spacing / 2 : 0)
  }
  // A single row or column has no spacing: it is shown as one degree.
  const north = Math.min(90, rows === 1 ? latitudes[0]! + 0.5 : beyond(latitudes, 0, 1))
  const south = Math.max(-90, rows === 1 ? latitudes[0]! - 0.5 : beyond(latitudes, rows - 1, rows - 2))
  const west = isPeriodic ? -180 : columns === 1 ? longitudes[0]! - 0.5 : beyond(longitudes, 0, 1)
  const east = isPeriodic ? 180 : columns === 1 ? longitudes[0]! + 0.5 : beyond(longitudes, columns - 1, columns - 2)

  const middle = Math.min(highestTrueLatitude, Math.abs(north + south) / 2)
  const stretch = Math.cos(middle * radians)
  const perDegree = width / (east - west)
  const height = Math.round(((north - south) * perDegree) / stretch)
  const x = (longitude: number): number => (longitude - west) * perDegree
  const y = (latitude: number): number => ((north - latitude) / (north - south)) * height
  const projection = geoProjection((lambda, phi) => [lambda, phi / stretch])
    .rotate([-(west + east) / 2, 0])
    .scale(perDegree / radians)
    .translate([width / 2, y(0)])
    .clipExtent([
      [0, 0],
      [width, height],
    ])
  return { west, east, north, south, width, height, x, y, path: geoPath(projection).digits(1) }
}
