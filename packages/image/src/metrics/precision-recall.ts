import { nearestPoints } from "./nearest-points.ts"
import { squaredDistances } from "./squared-distances.ts"

/** How samples and real images cover each other. */
export interface PrecisionRecall {
  /** Share of samples within reach of a real image: fidelity. */
  precision: number
  /** Share of real images within reach of a sample: variety. */
  recall: number
  /** Mean number of real images in whose reach a sample is, divided by k; about 1 for real images, above it for samples in dense places. */
  density: number
  /** Share of real images that have a sample within their reach. */
  coverage: number
  /** Neighbours that define the reach of a point. */
  k: number
  /** Samples and real images that were compared. */
  counts: { samples: number; real: number }
}

/** Options of `precisionRecall`. */
export interface PrecisionRecallOptions {
  /** Features of the samples, [N, width]. */
  samples: Float32Array
  /** Features of real images, [M, width]. All four depend on both numbers: compare equal ones only. */
  real: Float32Array
  /** Numbers of one point. */
  width: number
  /** Neighbours that define the reach of a point. @defaultValue 5 */
  k?: number
}

/**
 * Precision and recall (Kynkaanniemi et al., arXiv 1904.06991), density and coverage (Naeem et al., arXiv 2002.09797). The reach of a
 * point is the distance to its k-th neighbour in its own set, itself not counted; within reach means nearer than that, as in the
 * second paper's code. Recall reaches from the samples, the other three from the real images.
 *
 * @throws ConfigError where a set has no more than k points
 */
export function precisionRecall({ samples, real, width, k = 5 }: PrecisionRecallOptions): PrecisionRecall {
  const reachOf = (points: Float32Array): Float64Array => {
    const { distances } = nearestPoints(points, points, { width, k, excludeSelf: true })
    return Float64Array.from({ length: points.length / width }, (_, i) => distances[i * k + k - 1]! ** 2)
  }
  const [reachOfReal, reachOfSample] = [reachOf(real), reachOf(samples)]
  const [n, m] = [reachOfSample.length, reachOfReal.length]
  const realInReach = new Int32Array(n) // how many real images reach sample i
  const isRecalled = new Uint8Array(m)
  const isCovered = new Uint8Array(m)
  squaredDistances(samples, real, {
    width,
    visit(row, from, distances) {
      const ownReach = reachOfSample[row]!
      let reached = 0
      for (let j = 0; j < distances.length; j++) {
        const distance = distances[j]!
        if (distance < ownReach) isRecalled[from + j] = 1
        if (distance < reachOfReal[from + j]!) {
          reached++
          isCovered[from + j] = 1
        }
      }
      realInReach[row]! += reached
    },
  })
  const share = (flags: ArrayLike<number>): number => {
    let count = 0
    for (let i = 0; i < flags.length; i++) if (flags[i]! > 0) count++
    return count / flags.length
  }
  return {
    precision: share(realInReach),
    recall: share(isRecalled),
    density: realInReach.reduce((sum, count) => sum + count, 0) / (k * n),
    coverage: share(isCovered),
    k,
    counts: { samples: n, real: m },
  }
}
