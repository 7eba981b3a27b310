import { createRequire } from "node:module"
import { mesh } from "topojson-client"
import type { GeometryCollection, Topology } from "topojson-specification"
import type { MapWindow } from "./map-window.ts"

/** Degrees of longitude below which the finer coast lines are worth their bytes. */
const regional = 60

/** Ends of the lines where Antarctica's outline follows the edge of the map instead of a coast. */
const isArtificial = ([longitude, latitude]: readonly number[]): boolean => latitude! < -89.9 || Math.abs(longitude!) > 179.99

const stored = new Map<string, Topology>()

/**
 * Coast lines in a window as SVG path data. Source: Natural Earth (public domain) at 1:110 million, or 1:50 million for small
 * regions, as packed by world-atlas.
 */
export function coastLines(window: MapWindow): string {
  const name = window.east - window.west < regional ? "land-50m" : "land-110m"
  let topology = stored.get(name)
  // `require` instead of an import: importing JSON still prints a warning on Node 20.
  if (!topology) stored.set(name, (topology = createRequire(import.meta.url)(`world-atlas/${name}.json`) as Topology))
  const { coordinates } = mesh(topology, topology.objects.land as GeometryCollection)
  const coasts = coordinates.flatMap((line) => {
    const pieces: (typeof line)[] = [[]]
    for (const point of line) {
      if (isArtificial(point)) pieces.push([])
      else pieces.at(-1)!.push(point)
    }
    return pieces.filter((piece) => piece.length > 1)
  })
  return window.path({ type: "MultiLineString", coordinates: coasts }) ?? ""
}
