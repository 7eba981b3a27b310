import { ConfigError, ops, tf, type RandomStream } from "@scalewise/nn"
import type { CodebooksStatistics, CodedVectors } from "./codebook-average.ts"
import { relativeUse, type CodebookUsage } from "./codebook-usage.ts"
import { normalisedRows } from "./nearest-code.ts"
import type { VectorQuantiser, VectorQuantiserParameters } from "./vector-quantiser.ts"

/** What `reviveDeadCodes` reads and returns. */
export type RevivableCodebooks = {
  readonly parameters: VectorQuantiserParameters
  /** Hits per scale, e.g. decayed by 0.99. */
  readonly usage: CodebookUsage
  /** Only for codebooks that learn as averages. */
  readonly statistics?: CodebooksStatistics | undefined
}

/** Options of `reviveDeadCodes`. */
export interface ReviveOptions {
  /** A code is dead where it has less than this part of an even share at *every* scale that uses its codebook. @defaultValue 0.08 */
  readonly threshold?: number
}

/**
 * Moves every dead code to a vector drawn from a batch, and gives it the average use, so that it has time to settle. Death is judged scale
 * by scale and the new places are dealt to the scales in turn: otherwise the many sites of the fine scales would take every code from the
 * coarse ones. Returns new records; the old ones stay the caller's. Reads nothing back to JavaScript.
 *
 * @param scales - residual vectors and ids of scale 1 .. K
 * @returns also `revived` [], how many codes were moved
 */
export function reviveDeadCodes(
  quantiser: VectorQuantiser,
  { parameters: { codebook }, usage, statistics }: RevivableCodebooks,
  scales: readonly CodedVectors[],
  random: RandomStream,
  { threshold = 0.08 }: ReviveOptions = {},
): RevivableCodebooks & { readonly revived: tf.Tensor } {
  if (scales.length !== usage.hits.shape[0])
    throw new ConfigError(`reviveDeadCodes: expected vectors of ${usage.hits.shape[0]} scales, got ${scales.length}`)
  return tf.tidy(() => {
    const use = relativeUse(usage).unstack(0) // K times [V]
    const hits = usage.hits.unstack(0)
    const updated: Record<string, tf.Tensor> = {}
    const averages: Record<string, { counts: tf.Tensor; sums: tf.Tensor }> = {}
    const revivedPerCodebook: tf.Tensor[] = []
    for (const [name, rows] of Object.entries(codebook)) {
      const [codes, channels] = rows.shape as [number, number]
      const own = scales.flatMap((_, index) => (quantiser.codebookOf(index + 1) === name ? [index] : []))
      if (own.length === 0) {
        updated[name] = rows.clone()
        if (statistics?.[name]) averages[name] = { counts: statistics[name].counts.clone(), sums: statistics[name].sums.clone() }
        continue
      }
      const dead = own
        .map((index) => use[index]!)
        .reduce((a, b) => a.maximum(b))
        .less(threshold)
        .toFloat() // [V]
      const alive = dead.neg().add(1)
      const pool = own.map((index) => scales[index]!.residual.reshape([-1, channels]))
      const places = tf.tensor1d(
        dealPlaces(
          pool.map(({ shape }) => shape[0]),
          codes,
          random.fold(name),
        ),
        "int32",
      )
      const drawn = ops.embedding(tf.concat(pool), places)
      const candidates = quantiser.metric === "cosine" ? normalisedRows(drawn) : drawn // [V, C]
      const mix = (fresh: tf.Tensor, old: tf.Tensor) => {
        const spread = (x: tf.Tensor) => (old.rank === 2 ? x.expandDims(1) : x)
        return fresh.mul(spread(dead)).add(old.mul(spread(alive)))
      }
      updated[name] = mix(candidates, rows)
      for (const index of own) hits[index] = mix(hits[index]!.mean(), hits[index]!)
      const average = statistics?.[name]
      if (average) {
        const count = average.counts.mean()
        averages[name] = { counts: mix(count, average.counts), sums: mix(candidates.mul(count), average.sums) }
      }
      revivedPerCodebook.push(dead.sum())
    }
    return {
      parameters: { codebook: updated },
      usage: { hits: tf.stack(hits) },
      ...(statistics && { statistics: averages }),
      revived: tf.addN(revivedPerCodebook),
    }
  })
}

/** For each code a row of the scales' concatenated vectors: code j from scale j mod K, a random one of its rows. */
function dealPlaces(rowsPerScale: readonly number[], codes: number, random: RandomStream): Int32Array {
  const starts = rowsPerScale.map((_, scale) => rowsPerScale.slice(0, scale).reduce((sum, rows) => sum + rows, 0))
  const draws = rowsPerScale.map((rows, scale) => random.fold(scale).integers(codes, rows))
  return Int32Array.from({ length: codes }, (_, code) => {
    const scale = code % rowsPerScale.length
    return starts[scale]! + draws[scale]![code]!
  })
}
