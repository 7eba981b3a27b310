import type { LatLonGrid } from "./lat-lon-grid.ts"

/** A grid in a few words. */
export function gridText({ latitudes, longitudes, isPeriodic }: LatLonGrid): string {
  const degrees = (value: number): string => String(Number(value.toFixed(3)))
  return `${latitudes.length} x ${longitudes.length}, ${degrees(latitudes[0]!)} to ${degrees(latitudes.at(-1)!)} north, ${degrees(longitudes[0]!)} to ${degrees(longitudes.at(-1)!)} east${isPeriodic ? ", round the globe" : ""}`
}
