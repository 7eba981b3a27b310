import { tf } from "@scalewise/nn"

/** How much of a target's probability its neighbours in the codebook get. */
export interface CodeSmoothing {
  /** Share that goes to other codes. */
  readonly share: number
  /** Distance at which a neighbour's part falls to exp(-1/2), in mean distances from a code to its nearest. */
  readonly width: number
}

/**
 * For each scale a table [V, V] whose row v is the target of code v: most of it at v, the rest at codes whose vectors are near (ordinal
 * label smoothing; for scalar codes the bins beside it). The tables are the caller's.
 */
export async function smoothedTargets(codebooks: readonly tf.Tensor[], { share, width }: CodeSmoothing): Promise<tf.Tensor[]> {
  const tables: tf.Tensor[] = []
  for (const codebook of codebooks) {
    const [codes, channels] = codebook.shape as [number, number]
    const values = await codebook.data()
    const squared = (a: number, b: number): number => {
      let sum = 0
      for (let c = 0; c < channels; c++) sum += (values[a * channels + c]! - values[b * channels + c]!) ** 2
      return sum
    }
    const others = (a: number): number[] => Array.from({ length: codes }, (_, b) => b).filter((b) => b !== a)
    const nearest = Array.from({ length: codes }, (_, a) => Math.min(...others(a).map((b) => squared(a, b))))
    const scale = codes > 1 ? nearest.reduce((sum, d) => sum + Math.sqrt(d), 0) / codes : 1
    const table = new Float32Array(codes * codes)
    for (let a = 0; a < codes; a++) {
      const weights = others(a).map((b) => Math.exp(-squared(a, b) / (2 * (width * scale) ** 2 + 1e-12)))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      for (const [i, b] of others(a).entries()) table[a * codes + b] = total > 1e-9 ? (share * weights[i]!) / total : 0
      table[a * codes + a] = 1 - (total > 1e-9 ? share : 0)
    }
    tables.push(tf.tensor2d(table, [codes, codes]))
  }
  return tables
}
