import type { MapWindow } from "./map-window.ts"

/** Meridians and parallels of a window at round degrees. */
export interface Graticule {
  /** SVG path data. */
  readonly path: string
  /** CSS pixels from the left, and what to write below: "40°W". */
  readonly meridians: readonly { readonly x: number; readonly label: string }[]
  /** CSS pixels from the top, and what to write beside: "50°N". */
  readonly parallels: readonly { readonly y: number; readonly label: string }[]
}

const roundDegrees = [1, 2, 5, 10, 15, 20, 30, 60, 90]

/** CSS pixels that a label needs along its axis. */
const room = { meridian: 46, parallel: 30 }

/** Lines at multiples of the smallest round number of degrees whose labels have room. */
export function graticule({ west, east, north, south, width, height, x, y }: MapWindow): Graticule {
  const meridians = multiples(west, east, stepOf((east - west) * (room.meridian / width))).map((degrees) => ({
    x: x(degrees),
    label: longitudeLabel(degrees),
  }))
  const parallels = multiples(south, north, stepOf((north - south) * (room.parallel / height))).map((degrees) => ({
    y: y(degrees),
    label: latitudeLabel(degrees),
  }))
  const path = [
    ...meridians.map((line) => `M${tenth(line.x)} 0V${height}`),
    ...parallels.map((line) => `M0 ${tenth(line.y)}H${width}`),
  ].join("")
  return { path, meridians, parallels }
}

/** `40°W`; any number of turns. */
export function longitudeLabel(degrees: number): string {
  const east = ((((degrees + 180) % 360) + 360) % 360) - 180
  return Math.abs(east) === 180 ? "180°" : east === 0 ? "0°" : `${tenth(Math.abs(east))}°${east > 0 ? "E" : "W"}`
}

/** `50°N`. */
export const latitudeLabel = (degrees: number): string => (degrees === 0 ? "0°" : `${tenth(Math.abs(degrees))}°${degrees > 0 ? "N" : "S"}`)

const stepOf = (least: number): number => roundDegrees.find((degrees) => degrees >= least) ?? 90

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step)
}

const tenth = (value: number): number => Math.round(value * 10) / 10
