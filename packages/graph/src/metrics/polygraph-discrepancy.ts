import type { RandomStream } from "@scalewise/nn"
import { descriptorNames, type DescriptorName, type GraphDescriptors } from "./graph-descriptors.ts"
import { logisticRegression, type FeatureRows } from "./logistic-regression.ts"
import { vectorsOf } from "./mmd.ts"

/** How well samples can be told from the reference. */
export interface PolygraphDiscrepancy {
  /** Lower bound of the Jensen-Shannon distance: 0 where nothing tells them apart, 1 where everything does. Mean over the splits. */
  readonly value: number
  /** The statistic that told them apart, and in how many of the splits. */
  readonly chosen: Readonly<Partial<Record<DescriptorName, number>>>
  /** Graphs of each set. */
  readonly count: number
}

/** Options of `polygraphDiscrepancy`. */
export interface PolygraphDiscrepancyOptions {
  /** Draws graphs and splits. */
  readonly random: RandomStream
  /** Random halvings that are averaged. @defaultValue 5 for up to 40 graphs, fewer for more */
  readonly splits?: number | undefined
}

const folds = 4

/** Graphs of a set at most: classifiers of more take minutes. */
const mostGraphs = 400

/**
 * PolyGraph-style discrepancy (Krimmel et al., 2025) with logistic regression on the five statistics here: on one half of both sets the statistic is
 * chosen by cross-validation and a classifier fitted, on the other half it is scored. Linear classifiers bound the distance from further
 * below than the published one (TabPFN, other statistics): compare values of this program alone. Both sets are cut to the smaller one, or to 400 random graphs.
 *
 * @returns undefined where a set has fewer than 8 graphs with nodes
 */
export function polygraphDiscrepancy(
  samples: readonly GraphDescriptors[],
  reference: readonly GraphDescriptors[],
  { random, splits: wanted }: PolygraphDiscrepancyOptions,
): PolygraphDiscrepancy | undefined {
  const features = descriptorNames.map((name) =>
    padded(vectorsOf(samples.filter(hasNodes), name), vectorsOf(reference.filter(hasNodes), name)),
  )
  const [generated, real] = [features[0]![0].length, features[0]![1].length]
  const count = Math.min(generated, real, mostGraphs)
  const splits = wanted ?? Math.min(Math.max(Math.round(200 / count), 1), 5)
  if (count < 2 * folds) return undefined
  const half = Math.ceil(count / 2)
  const chosen: Partial<Record<DescriptorName, number>> = {}
  let sum = 0
  for (let split = 0; split < splits; split++) {
    const stream = random.fold(split)
    const orders = [stream.fold("samples").permutation(generated), stream.fold("reference").permutation(real)] as const
    const part = (set: 0 | 1, from: number, to: number, of: readonly [FeatureRows, FeatureRows]): FeatureRows =>
      [...orders[set].subarray(from, to)].map((i) => of[set][i]!)
    const scores = features.map((of) => crossValidated(part(0, 0, half, of), part(1, 0, half, of)))
    const best = scores.indexOf(Math.max(...scores))
    const of = features[best]!
    const name = descriptorNames[best]!
    chosen[name] = (chosen[name] ?? 0) + 1
    const bound = informationBound(part(0, 0, half, of), part(1, 0, half, of), part(0, half, count, of), part(1, half, count, of))
    sum += Math.sqrt(Math.min(Math.max(bound, 0), 1))
  }
  return { value: sum / splits, chosen, count }
}

const hasNodes = ({ degree }: GraphDescriptors): boolean => degree !== undefined

/** All vectors as long as the longest. */
function padded(a: readonly Float64Array[], b: readonly Float64Array[]): readonly [FeatureRows, FeatureRows] {
  const width = [...a, ...b].reduce((most, { length }) => Math.max(most, length), 0)
  const pad = (vector: Float64Array): Float64Array => {
    const row = new Float64Array(width)
    row.set(vector)
    return row
  }
  return [a.map(pad), b.map(pad)]
}

/** Jensen-Shannon divergence in bits, bounded from below by what a classifier fitted on one part says of another. */
function informationBound(samples: FeatureRows, reference: FeatureRows, heldSamples: FeatureRows, heldReference: FeatureRows): number {
  const isReal = logisticRegression(reference, samples)
  const mean = (rows: FeatureRows, value: (row: Float64Array) => number): number =>
    rows.reduce((sum, row) => sum + Math.log2(Math.max(value(row), 1e-12)), 0) / rows.length
  return 1 + (mean(heldReference, isReal) + mean(heldSamples, (row) => 1 - isReal(row))) / 2
}

/** Mean bound over folds; the rows come in random order, and both classes are cut alike. */
function crossValidated(samples: FeatureRows, reference: FeatureRows): number {
  let sum = 0
  for (let fold = 0; fold < folds; fold++) {
    const split = (rows: FeatureRows, held: boolean): FeatureRows => rows.filter((_, i) => (i % folds === fold) === held)
    sum += informationBound(split(samples, false), split(reference, false), split(samples, true), split(reference, true))
  }
  return sum / folds
}
