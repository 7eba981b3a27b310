import type { RandomStream } from "@scalewise/nn"
import { descriptorNames, type DescriptorName, type GraphDescriptors } from "./graph-descriptors.ts"
import { kernelMatrix, kernelMean, mmdKernels, vectorsOf, type MmdConvention } from "./mmd.ts"

/** One value for each statistic under each convention; the wavelet statistic has no earth mover's form. */
export interface MmdTable<Value> {
  readonly tv: Readonly<Record<DescriptorName, Value>>
  readonly emd: Readonly<Record<Exclude<DescriptorName, "wavelet">, Value>>
}

/** Mean and standard deviation (n - 1 below the line) over draws. */
export interface DrawSpread {
  readonly mean: number
  readonly deviation: number
}

/** What as many random training graphs score: what a perfect sampler is to be expected to. */
export interface MmdFloor {
  /** Graphs in a draw: without repetition where the training set has as many, else with. */
  readonly count: number
  readonly draws: number
  readonly mmd: MmdTable<DrawSpread | null>
  readonly ratio: DrawSpread | null
}

/** Fills a table, statistic by statistic. */
export function mmdTable<Value>(value: (name: DescriptorName, convention: MmdConvention) => Value): MmdTable<Value> {
  const row = (convention: MmdConvention) =>
    Object.fromEntries(
      descriptorNames.flatMap((name) => (mmdKernels[convention][name] ? [[name, value(name, convention)]] : [])),
    ) as MmdTable<Value>["tv"]
  return { tv: row("tv"), emd: row("emd") }
}

/**
 * Mean over the five total-variation statistics of the distance to the test graphs, each divided by that of the training graphs. As in
 * published tables a statistic is left out where that is 0, here to six decimals: trees have no clustering, and orbits as good as equal.
 *
 * @returns null where no statistic is left
 */
export function mmdRatio(found: MmdTable<number | null>, train: MmdTable<number | null>): number | null {
  const ratios = descriptorNames.flatMap((name) => {
    const [value, floor] = [found.tv[name], train.tv[name]]
    return value === null || floor === null || floor < 1e-6 ? [] : [value / floor]
  })
  return ratios.length === 0 ? null : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
}

/** Options of `mmdFloors`. */
export interface MmdFloorsOptions {
  /** Sizes of draws. */
  readonly counts: readonly number[]
  /** Draws of each size. */
  readonly draws: number
  readonly random: RandomStream
}

/** Distances of random training graphs from the reference, in draws of given sizes; `trainTable` is that of all training graphs. */
export function mmdFloors(
  train: readonly GraphDescriptors[],
  reference: readonly GraphDescriptors[],
  trainTable: MmdTable<number | null>,
  { counts, draws, random }: MmdFloorsOptions,
): MmdFloor[] {
  const picks = counts.map((count) =>
    Array.from({ length: draws }, (_, draw) => {
      const stream = random.fold(count).fold(draw)
      return count <= train.length ? stream.permutation(train.length).subarray(0, count) : stream.integers(count, train.length)
    }),
  )
  // [count][draw] of every statistic
  const values = mmdTable((name, convention) => {
    const kernel = mmdKernels[convention][name]!
    const [xs, ys] = [vectorsOf(train, name), vectorsOf(reference, name)]
    if (xs.length < train.length || ys.length === 0) return null
    const [within, across] = [kernelMatrix(xs, xs, kernel), kernelMatrix(xs, ys, kernel)]
    const own = kernelMean(kernelMatrix(ys, ys, kernel))
    return picks.map((drawn) => drawn.map((rows) => kernelMean(within, rows, rows) + own - 2 * kernelMean(across, rows)))
  })
  return counts.map((count, c) => {
    const ratios = Array.from({ length: draws }, (_, draw) =>
      mmdRatio(
        mmdTable((name, convention) => valuesOf(values, name, convention)?.[c]?.[draw] ?? null),
        trainTable,
      ),
    )
    return {
      count,
      draws,
      mmd: mmdTable((name, convention) => spreadOf(valuesOf(values, name, convention)?.[c])),
      ratio: spreadOf(ratios.filter((ratio) => ratio !== null)),
    }
  })
}

const valuesOf = <Value>(table: MmdTable<Value>, name: DescriptorName, convention: MmdConvention): Value =>
  (table[convention] as Record<DescriptorName, Value>)[name]

/** Null of no values. */
export function spreadOf(values: readonly number[] | undefined): DrawSpread | null {
  if (values === undefined || values.length === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}
