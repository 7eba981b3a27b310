import { ConfigError } from "@scalewise/nn"
import { squaredDistances } from "./squared-distances.ts"

/** The nearest points to each of N points, nearest first. */
export interface NearestPoints {
  /** Rows of the set that was searched, [N, k]. */
  indices: Int32Array
  /** Euclidean distances to them, [N, k]. */
  distances: Float64Array
}

/** Options of `nearestPoints`. */
export interface NearestPointsOptions {
  /** Numbers of one point. */
  width: number
  /** Neighbours of each point. @defaultValue 1 */
  k?: number
  /** The two sets are one: a point is not its own neighbour. @defaultValue false */
  excludeSelf?: boolean
}

/**
 * The k nearest of points b [M, width] to each of points a [N, width]; of equally near ones the first. Exact up to the rounding of
 * `squaredDistances`.
 *
 * @throws ConfigError where there are fewer than k to be found
 */
export function nearestPoints(
  a: Float32Array,
  b: Float32Array,
  { width, k = 1, excludeSelf = false }: NearestPointsOptions,
): NearestPoints {
  const available = b.length / width - (excludeSelf ? 1 : 0)
  if (!Number.isInteger(k) || k < 1 || k > available)
    throw new ConfigError(`nearestPoints: expected k from 1 to the ${available} points that can be found, got ${k}; give more points`)
  const count = a.length / width
  const indices = new Int32Array(count * k).fill(-1)
  const squared = new Float64Array(count * k).fill(Infinity)
  squaredDistances(a, b, {
    width,
    visit(row, from, distances) {
      const last = row * k + k - 1
      for (let j = 0; j < distances.length; j++) {
        const distance = distances[j]!
        if (distance >= squared[last]! || (excludeSelf && from + j === row)) continue
        let at = last
        for (; at > row * k && squared[at - 1]! > distance; at--) {
          squared[at] = squared[at - 1]!
          indices[at] = indices[at - 1]!
        }
        squared[at] = distance
        indices[at] = from + j
      }
    },
  })
  return { indices, distances: squared.map(Math.sqrt) }
}
