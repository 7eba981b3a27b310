import { ShapeError, tf, type RandomStream } from "@scalewise/nn"
import { nearestCode, normalisedRows, type CodeMetric } from "./nearest-code.ts"

/** Options of `kMeans`. */
export interface KMeansOptions {
  /** V, the number of centroids. */
  readonly clusters: number
  /** Where the choices of k-means++ come from. */
  readonly random: RandomStream
  /** Most rounds of Lloyd's algorithm; fewer where nothing changes any more. @defaultValue 20 */
  readonly iterations?: number
  /** Distances, or angles with centroids on the unit sphere. @defaultValue "euclidean" */
  readonly metric?: CodeMetric
}

/**
 * Centroids [V, C] of points [N, C]: k-means++ seeding, then Lloyd's algorithm. A cluster that runs empty moves to the point that is
 * farthest from its centroid. With fewer different points than clusters some centroids coincide.
 *
 * Runs once, before training: it reads the points back to JavaScript and sums in float64.
 *
 * @throws ShapeError for no points
 */
export async function kMeans(
  points: tf.Tensor,
  { clusters, random, iterations = 20, metric = "euclidean" }: KMeansOptions,
): Promise<tf.Tensor> {
  const [count, channels] = points.shape as [number, number]
  if (points.rank !== 2 || count === 0) throw new ShapeError(`kMeans: expected points [N, C], got [${points.shape.join(", ")}]`)
  const prepared = metric === "cosine" ? normalisedRows(points) : points.clone()
  try {
    const values = (await prepared.data()) as Float32Array
    let centroids = seedCentroids(values, channels, clusters, random)
    let previous: Int32Array | undefined
    for (let iteration = 0; iteration < iterations; iteration++) {
      const codebook = tf.tensor(centroids, [clusters, channels])
      const nearest = nearestCode(codebook, prepared)
      const ids = (await nearest.data()) as Int32Array
      tf.dispose([codebook, nearest])
      if (previous?.every((id, index) => id === ids[index])) break
      previous = ids
      centroids = meansOf(values, ids, centroids, channels)
    }
    const found = tf.tensor(centroids, [clusters, channels])
    if (metric === "euclidean") return found
    const unit = normalisedRows(found)
    found.dispose()
    return unit
  } finally {
    prepared.dispose()
  }
}

/** k-means++ (Arthur and Vassilvitskii, 2007): every next seed is drawn in proportion to its squared distance from the seeds so far. */
function seedCentroids(values: Float32Array, channels: number, clusters: number, random: RandomStream): Float32Array {
  const count = values.length / channels
  const draws = random.fold("seeds").uniformValues([clusters])
  const centroids = new Float32Array(clusters * channels)
  const nearest = new Float64Array(count).fill(1) // uniform for the first seed
  for (let cluster = 0; cluster < clusters; cluster++) {
    const chosen = drawInProportion(nearest, draws[cluster]!)
    centroids.set(values.subarray(chosen * channels, (chosen + 1) * channels), cluster * channels)
    for (let point = 0; point < count; point++) {
      const distance = squaredDistance(values, point, centroids, cluster, channels)
      if (cluster === 0 || distance < nearest[point]!) nearest[point] = distance
    }
  }
  return centroids
}

function drawInProportion(weights: Float64Array, uniform: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return Math.floor(uniform * weights.length) // every point is a seed already
  let left = uniform * total
  let last = 0
  for (const [index, weight] of weights.entries()) {
    if (weight === 0) continue
    last = index
    left -= weight
    if (left < 0) break
  }
  return last
}

function meansOf(values: Float32Array, ids: Int32Array, centroids: Float32Array, channels: number): Float32Array {
  const clusters = centroids.length / channels
  const counts = new Float64Array(clusters)
  const sums = new Float64Array(centroids.length)
  for (const [point, id] of ids.entries()) {
    counts[id]! += 1
    for (let c = 0; c < channels; c++) sums[id * channels + c]! += values[point * channels + c]!
  }
  const means = Float32Array.from(sums, (sum, index) => sum / Math.max(counts[Math.floor(index / channels)]!, 1))
  const empty = Array.from(counts.keys()).filter((cluster) => counts[cluster] === 0)
  if (empty.length > 0) {
    const distances = Float64Array.from(ids, (id, point) => squaredDistance(values, point, centroids, id, channels))
    const farthest = Array.from(distances.keys()).sort((a, b) => distances[b]! - distances[a]! || a - b)
    for (const [rank, cluster] of empty.entries()) {
      const point = farthest[rank % farthest.length]!
      means.set(values.subarray(point * channels, (point + 1) * channels), cluster * channels)
    }
  }
  return means
}

function squaredDistance(values: Float32Array, point: number, centroids: Float32Array, cluster: number, channels: number): number {
  let sum = 0
  for (let c = 0; c < channels; c++) sum += (values[point * channels + c]! - centroids[cluster * channels + c]!) ** 2
  return sum
}
