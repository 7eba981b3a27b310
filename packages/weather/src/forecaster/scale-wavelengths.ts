import type { ForecasterConfig } from "./forecaster-config.ts"

const kilometresPerDegree = 111.195 // of a great circle on a sphere of 6371 km

/** The shortest wave that each scale of a forecaster resolves, km: twice its spacing, the larger of both directions, in the middle of the domain. */
export function scaleWavelengths({ grid, grids, latent }: Pick<ForecasterConfig, "grid" | "grids" | "latent">): number[] {
  const spacing = (values: readonly number[]): number =>
    values.length > 1 ? Math.abs(values.at(-1)! - values[0]!) / (values.length - 1) : 0
  const middle = (grid.latitudes[0]! + grid.latitudes.at(-1)!) / 2
  const northSouth = spacing(grid.latitudes) * kilometresPerDegree
  const eastWest = spacing(grid.longitudes) * kilometresPerDegree * Math.cos((middle * Math.PI) / 180)
  const [height, width] = grids.at(-1)!
  return grids.map(([h, w]) => 2 * latent.patch * Math.max((northSouth * height) / h, (eastWest * width) / w))
}
