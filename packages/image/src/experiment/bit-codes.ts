import { ConfigError } from "@scalewise/nn"
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts"
import { assignment } from "./assignment.ts"

/**
 * Names each of K centroids by a pattern of bits of its own, such that bit j says as far as possible on which side of the
 * middle the centroid lies along the j-th principal axis of the centroids. Each bit is then a question about one direction
 * of the data: a random naming would ask questions that no network can learn from the image.
 *
 * Among all one-to-one namings this is the one whose bits contradict the sides least, weighed by the distance from the middle.
 *
 * @param centroids - row-major [K, dimensions]
 * @param bits - from log2(K) to the number of dimensions
 * @returns zeros and ones, row-major [K, bits]
 */
export function bitCodes(centroids: Float32Array, dimensions: number, bits: number): Uint8Array {
  const count = centroids.length / dimensions
  const patterns = 2 ** bits
  if (patterns < count || bits > dimensions)
    throw new ConfigError(
      `bitCodes: expected from ${Math.ceil(Math.log2(count))} to ${dimensions} bits for ${count} centroids, got ${bits}`,
    )
  const sides = principalCoordinates(centroids, dimensions, bits)
  const cost = new Float64Array(count * patterns)
  for (let k = 0; k < count; k++)
    for (let pattern = 0; pattern < patterns; pattern++)
      for (let j = 0; j < bits; j++) {
        const side = sides[k * bits + j]!
        if (side > 0 !== bitOf(pattern, j)) cost[k * patterns + pattern]! += Math.abs(side)
      }
  const patternOf = assignment(cost, count, patterns)
  return Uint8Array.from({ length: count * bits }, (_, at) => Number(bitOf(patternOf[Math.floor(at / bits)]!, at % bits)))
}

const bitOf = (pattern: number, j: number): boolean => ((pattern >> j) & 1) === 1

/** Coordinates along the leading principal axes, each relative to its median, [count, axes]. */
function principalCoordinates(points: Float32Array, dimensions: number, axes: number): Float64Array {
  const count = points.length / dimensions
  const mean = new Float64Array(dimensions)
  for (let k = 0; k < count; k++) for (let i = 0; i < dimensions; i++) mean[i]! += points[k * dimensions + i]! / count
  const covariance = new Float64Array(dimensions * dimensions)
  for (let k = 0; k < count; k++)
    for (let i = 0; i < dimensions; i++)
      for (let j = 0; j < dimensions; j++)
        covariance[i * dimensions + j]! += ((points[k * dimensions + i]! - mean[i]!) * (points[k * dimensions + j]! - mean[j]!)) / count
  const { vectors } = symmetricEigen({ size: dimensions, values: covariance })
  const coordinates = new Float64Array(count * axes)
  for (let axis = 0; axis < axes; axis++) {
    const along = Float64Array.from({ length: count }, (_, k) => {
      let sum = 0
      for (let i = 0; i < dimensions; i++) sum += vectors[axis * dimensions + i]! * (points[k * dimensions + i]! - mean[i]!)
      return sum
    })
    const sorted = along.toSorted()
    const median = (sorted[Math.floor((count - 1) / 2)]! + sorted[Math.ceil((count - 1) / 2)]!) / 2
    for (let k = 0; k < count; k++) coordinates[k * axes + axis] = along[k]! - median
  }
  return coordinates
}
