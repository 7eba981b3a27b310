import { tf } from "@scalewise/nn"
import type { GridSchedule } from "@scalewise/core"
import { laplacianBands } from "../bands/laplacian-bands.ts"
import { halfMeanDifference, meanDistance, sortFew } from "./ensemble-crps.ts"

/** Sums over fields of one band; each addend is an area-weighted mean over cells. */
export interface BandSums {
  fields: number
  squaredError: number
  variance: number
  distance: number
  halfDifference: number
  memberPower: number
  truthPower: number
}

/** No field yet. */
export const bandSums = (): BandSums => ({
  fields: 0,
  squaredError: 0,
  variance: 0,
  distance: 0,
  halfDifference: 0,
  memberPower: 0,
  truthPower: 0,
})

/**
 * Splits members and truth of several leads into Laplacian bands (Eq. 8) and adds their scores in each.
 *
 * @param fields - [L, M + 1, H, W] anomalies from the training climatology, the truth last; a lead with a missing value is left out
 * @param sums - [L][K]
 * @param weights - area weight of each cell, [H W]
 */
export function addBandScores(
  fields: Float32Array,
  members: number,
  schedule: GridSchedule,
  weights: Float64Array,
  sums: readonly (readonly BandSums[])[],
): void {
  const [height, width] = schedule.finest
  const cells = height * width
  const perLead = (members + 1) * cells
  const complete = sums.map((_, lead) => fields.subarray(lead * perLead, (lead + 1) * perLead).every((value) => Number.isFinite(value)))
  const bands: Float32Array[] = []
  tf.tidy(() => {
    // Not returned: tidy looks for tensors in all that it returns, one number after the other
    for (const band of laplacianBands(tf.tensor4d(fields, [sums.length * (members + 1), height, width, 1]), schedule))
      bands.push(band.dataSync() as Float32Array)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const sorted = new Float64Array(members)
  for (const [k, band] of bands.entries())
    for (const [lead, ofLead] of sums.entries())
      if (complete[lead]) addField(band, lead * perLead, members, weights, total, sorted, ofLead[k]!)
}

function addField(
  band: Float32Array,
  offset: number,
  members: number,
  weights: Float64Array,
  total: number,
  sorted: Float64Array,
  into: BandSums,
): void {
  const cells = weights.length
  into.fields++
  for (let cell = 0; cell < cells; cell++) {
    const weight = weights[cell]! / total
    const truth = band[offset + members * cells + cell]!
    let [sum, power] = [0, 0]
    for (let m = 0; m < members; m++) {
      const value = (sorted[m] = band[offset + m * cells + cell]!)
      sum += value
      power += value * value
    }
    const mean = sum / members
    into.squaredError += weight * (mean - truth) ** 2
    into.variance += (weight * Math.max(power - members * mean * mean, 0)) / (members - 1 || 1)
    into.memberPower += (weight * power) / members
    into.truthPower += weight * truth * truth
    sortFew(sorted, members)
    into.distance += weight * meanDistance(sorted, members, truth)
    into.halfDifference += weight * halfMeanDifference(sorted, members)
  }
}
