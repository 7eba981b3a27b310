import { ops, tf } from "@scalewise/nn"
import { hitMatrix } from "./codebook-usage.ts"
import type { ScaleCode } from "./multi-scale-quantiser.ts"
import { normalisedRows } from "./nearest-code.ts"
import type { VectorQuantiser, VectorQuantiserParameters } from "./vector-quantiser.ts"

/** Moving averages of one codebook: how many vectors each code had [V], and their sum [V, C]. */
export type CodebookStatistics = { readonly counts: tf.Tensor; readonly sums: tf.Tensor }

/** The same for each codebook of a quantiser. */
export type CodebooksStatistics = Record<string, CodebookStatistics>

/** What one scale gave to learn from. */
export type CodedVectors = Pick<ScaleCode, "residual" | "tokens">

/** Options of `updateCodebooks`. */
export interface UpdateCodebooksOptions {
  /** What remains of the averages. @defaultValue 0.99 */
  readonly decay?: number
  /** Laplace smoothing of the counts. @defaultValue 1e-5 */
  readonly epsilon?: number
}

/** Averages that stand for the present codebooks: every code counted once. */
export function startStatistics({ codebook }: VectorQuantiserParameters): CodebooksStatistics {
  return Object.fromEntries(
    Object.entries(codebook).map(([name, rows]) => [name, { counts: tf.ones([rows.shape[0]]), sums: rows.clone() }]),
  )
}

/**
 * One step of the codebook as a moving average of the vectors assigned to each code (arXiv 1711.00937, appendix A.1), for
 * `vectorQuantiser({ learning: "average" })`. A codebook that scales share learns from all of them. Returns new records; the old ones stay
 * the caller's.
 *
 * @param scales - residual vectors and ids of scale 1 .. K
 */
export function updateCodebooks(
  quantiser: VectorQuantiser,
  { codebook }: VectorQuantiserParameters,
  statistics: CodebooksStatistics,
  scales: readonly CodedVectors[],
  { decay = 0.99, epsilon = 1e-5 }: UpdateCodebooksOptions = {},
): { parameters: VectorQuantiserParameters; statistics: CodebooksStatistics } {
  return tf.tidy(() => {
    const updated: Record<string, tf.Tensor> = {}
    const averages: Record<string, CodebookStatistics> = {}
    for (const [name, rows] of Object.entries(codebook)) {
      const [codes, channels] = rows.shape as [number, number]
      const own = scales.filter((_, index) => quantiser.codebookOf(index + 1) === name)
      const { counts, sums } = statistics[name]!
      if (own.length === 0) {
        updated[name] = rows.clone()
        averages[name] = { counts: counts.clone(), sums: sums.clone() }
        continue
      }
      const flat = tf.concat(own.map(({ residual }) => residual.reshape([-1, channels])))
      const vectors = quantiser.metric === "cosine" ? normalisedRows(flat) : flat // [N, C]
      const ids = tf.concat(own.map(({ tokens }) => tokens.flatten()))
      const hits = hitMatrix(ids, codes) // [N, V]
      const batchSums = ops.matMul(hits, vectors, { transposeA: true }) // [V, C]
      const newCounts = counts.mul(decay).add(hits.sum(0).mul(1 - decay))
      const newSums = sums.mul(decay).add(batchSums.mul(1 - decay))
      const total = newCounts.sum()
      const smoothed = newCounts.add(epsilon).mul(total.div(total.add(codes * epsilon)))
      const means = newSums.div(smoothed.expandDims(1))
      updated[name] = quantiser.metric === "cosine" ? normalisedRows(means) : means
      averages[name] = { counts: newCounts, sums: newSums }
    }
    return { parameters: { codebook: updated }, statistics: averages }
  })
}
