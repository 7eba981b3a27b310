import { anomalyCorrelation } from "./anomaly-correlation.ts"
import { energyScore } from "./energy-score.ts"
import { halfMeanDifference, meanDistance, sortFew } from "./ensemble-crps.ts"
import { addEvent, eventTable, type EventTable } from "./event-table.ts"
import { gaussianCrps } from "./gaussian-crps.ts"
import { rankOf } from "./rank-histogram.ts"
import type { QuantileEvent } from "./training-quantiles.ts"
import { variogramScore, type CellPairs } from "./variogram-score.ts"

// S starts, M members, C = H W cells

/** Scores of which one number for each start is kept, so that means, intervals and paired differences can be taken. */
export const startScores = [
  "error",
  "absoluteError",
  "squaredError",
  "variance",
  "distance",
  "halfDifference",
  "gaussianCrps",
  "acc",
  "energyScore",
  "variogramScore",
] as const

/** One field of one start, lead and variable with what it is held against; all [C] from their offsets on. */
export interface FieldToScore {
  /** Member m begins at `offset + m * stride`. */
  readonly members: Float32Array
  readonly offset: number
  readonly stride: number
  readonly truth: Float32Array
  readonly truthOffset: number
  /** Mean of the training years at the valid time. */
  readonly climatology: Float32Array
  readonly climatologyOffset: number
  /** The Gaussian that members were drawn from, at `gaussianOffset`. */
  readonly gaussian: { readonly mean: Float32Array; readonly deviation: Float32Array } | undefined
  readonly gaussianOffset: number
  /** Of each event, at `climatologyOffset`. */
  readonly thresholds: readonly Float32Array[]
  /** Cells that count, [C]; those where this system lacks a number are cleared. */
  readonly usable: Uint8Array
  /** Whether to take the variogram score, which is as much work as all the others. */
  readonly withVariogram: boolean
  /** Decides ties of ranks. */
  readonly uniform: () => number
}

/** What is known of the grid, for all fields. */
export interface CellGeometry {
  /** Area weight of each cell, [C]. */
  readonly weights: Float64Array
  readonly pairs: CellPairs
}

/**
 * What the scores of one system, variable and lead need, gathered field by field: one pass over the cells for everything that is a matter of single
 * cells, one more each for the energy and the variogram score. Nothing is allocated in the passes.
 */
export class LeadTally {
  /** [S] each; NaN for starts that were not scored. */
  readonly columns: Readonly<Record<(typeof startScores)[number], Float64Array>>
  readonly ranks: Float64Array
  readonly events: readonly EventTable[]
  /** Sums over starts of the ensemble mean's error, and their number; [C]. */
  readonly biasSum: Float64Array
  readonly biasCount: Int32Array
  missingTruth = 0
  missingForecast = 0
  readonly #geometry: CellGeometry
  readonly #quantileEvents: readonly QuantileEvent[]
  readonly #count: number
  readonly #sorted: Float64Array
  readonly #mean: Float64Array
  readonly #truth: Float64Array
  readonly #climatology: Float64Array
  readonly #weights: Float64Array
  readonly #cells: Int32Array
  readonly #vectors: Float64Array

  constructor(starts: number, members: number, geometry: CellGeometry, events: readonly QuantileEvent[]) {
    const cells = geometry.weights.length
    const column = (): Float64Array => new Float64Array(starts).fill(Number.NaN)
    this.columns = Object.fromEntries(startScores.map((name) => [name, column()])) as Record<(typeof startScores)[number], Float64Array>
    this.ranks = new Float64Array(members + 1)
    this.events = events.map(() => eventTable(members))
    this.biasSum = new Float64Array(cells)
    this.biasCount = new Int32Array(cells)
    this.#geometry = geometry
    this.#quantileEvents = events
    this.#count = members
    this.#sorted = new Float64Array(members)
    this.#mean = new Float64Array(cells)
    this.#truth = new Float64Array(cells)
    this.#climatology = new Float64Array(cells)
    this.#weights = new Float64Array(cells)
    this.#cells = new Int32Array(cells)
    this.#vectors = new Float64Array((members + 1) * cells)
  }

  /** Scores the field of start number `start`; one without a usable cell leaves no trace but in the numbers of missing cells. */
  add(start: number, field: FieldToScore): void {
    const { members, offset, stride, usable } = field
    const { weights } = this.#geometry
    const count = this.#count
    const sorted = this.#sorted
    let [used, total, error, absolute, squared, variance, distances, halves, gaussian] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
    for (let cell = 0; cell < usable.length; cell++) {
      if (usable[cell] === 0) continue
      let sum = 0
      for (let m = 0, at = offset + cell; m < count; m++, at += stride) sum += sorted[m] = members[at]!
      if (!Number.isFinite(sum)) {
        usable[cell] = 0
        this.missingForecast++
        continue
      }
      const mean = sum / count
      const truth = field.truth[field.truthOffset + cell]!
      const weight = weights[cell]!
      total += weight
      const miss = mean - truth
      error += weight * miss
      absolute += weight * Math.abs(miss)
      squared += weight * miss * miss
      this.biasSum[cell]! += miss
      this.biasCount[cell]!++
      let squares = 0
      for (let m = 0; m < count; m++) squares += (sorted[m]! - mean) ** 2
      variance += (weight * squares) / (count - 1 || 1)
      sortFew(sorted, count)
      distances += weight * meanDistance(sorted, count, truth)
      halves += weight * halfMeanDifference(sorted, count)
      this.ranks[rankOf(sorted, count, truth, field.uniform)]! += weight
      if (field.gaussian) {
        const at = field.gaussianOffset + cell
        gaussian += weight * gaussianCrps(field.gaussian.mean[at]!, field.gaussian.deviation[at]!, truth)
      }
      this.#addEvents(field, cell, truth, weight)
      this.#mean[used] = mean
      this.#truth[used] = truth
      this.#climatology[used] = field.climatology[field.climatologyOffset + cell]!
      this.#weights[used] = weight
      this.#cells[used++] = cell
    }
    if (used === 0) return
    const { columns } = this
    columns.error[start] = error / total
    columns.absoluteError[start] = absolute / total
    columns.squaredError[start] = squared / total
    columns.distance[start] = distances / total
    if (count > 1) {
      columns.variance[start] = variance / total
      columns.halfDifference[start] = halves / total
    }
    if (field.gaussian) columns.gaussianCrps[start] = gaussian / total
    const [mean, truth, climatology] = [this.#mean, this.#truth, this.#climatology].map((values) => values.subarray(0, used))
    columns.acc[start] = anomalyCorrelation(mean!, truth!, climatology!, this.#weights)
    columns.energyScore[start] = this.#energyScore(field, used, total)
    if (field.withVariogram)
      columns.variogramScore[start] = variogramScore(
        members,
        { offset, stride, count },
        field.truth,
        field.truthOffset,
        this.#geometry.pairs,
        usable,
      )
  }

  #addEvents({ thresholds, climatologyOffset }: FieldToScore, cell: number, truth: number, weight: number): void {
    const [sorted, count] = [this.#sorted, this.#count]
    for (let e = 0; e < thresholds.length; e++) {
      const threshold = thresholds[e]![climatologyOffset + cell]!
      if (Number.isNaN(threshold)) continue
      let beyond = 0
      if (this.#quantileEvents[e]!.side === "above") {
        while (beyond < count && sorted[count - 1 - beyond]! > threshold) beyond++
        addEvent(this.events[e]!, beyond, truth > threshold, weight)
      } else {
        while (beyond < count && sorted[beyond]! < threshold) beyond++
        addEvent(this.events[e]!, beyond, truth < threshold, weight)
      }
    }
  }

  #energyScore({ members, offset, stride }: FieldToScore, used: number, total: number): number {
    for (let i = 0; i < used; i++) {
      const root = Math.sqrt(this.#weights[i]! / total)
      const cell = offset + this.#cells[i]!
      for (let m = 0; m < this.#count; m++) this.#vectors[m * used + i] = members[cell + m * stride]! * root
      this.#vectors[this.#count * used + i] = this.#truth[i]! * root
    }
    return energyScore(this.#vectors, this.#count, used)
  }
}
