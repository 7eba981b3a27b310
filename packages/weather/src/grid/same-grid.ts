import type { LatLonGrid } from "./lat-lon-grid.ts"

/** Whether two grids are the same, to within 0.001 degrees (single precision). */
export function sameGrid(a: LatLonGrid, b: LatLonGrid): boolean {
  const same = (x: Float64Array, y: Float64Array): boolean => x.length === y.length && x.every((value, i) => Math.abs(value - y[i]!) < 1e-3)
  return same(a.latitudes, b.latitudes) && same(a.longitudes, b.longitudes)
}
