import type * as tf from "../backend/tf.ts"

/** Numbers to compare: a tensor, or any array of numbers. */
export type NumericArray = tf.Tensor | ArrayLike<number>

/** Options of `expectAllClose`. */
export interface AllCloseOptions {
  /** Largest deviation allowed, absolute for values up to 1 and relative above. @defaultValue 1e-4 */
  readonly tolerance?: number
  /** What is compared, for the message. */
  readonly name?: string
}

/**
 * Fails where `actual` is not `expected` up to a tolerance: |a - e| <= tolerance max(1, |e|). Shapes are compared where
 * both are tensors.
 *
 * @throws Error with the largest deviation and its index
 */
export async function expectAllClose(actual: NumericArray, expected: NumericArray, options: AllCloseOptions = {}): Promise<void> {
  const { tolerance = 1e-4, name = "values" } = options
  if ("dataId" in actual && "dataId" in expected && actual.shape.join() !== expected.shape.join())
    throw new Error(`${name}: expected shape [${expected.shape}], got [${actual.shape}]`)
  const found = await numbersOf(actual)
  const wanted = await numbersOf(expected)
  if (found.length !== wanted.length) throw new Error(`${name}: expected ${wanted.length} numbers, got ${found.length}`)
  let worst = -1
  let worstDeviation = tolerance
  for (let i = 0; i < wanted.length; i++) {
    if (Object.is(found[i], wanted[i])) continue // equal infinities too
    const deviation = Math.abs(found[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))
    if (deviation <= worstDeviation) continue // NaN is not
    worst = i
    worstDeviation = deviation
    if (Number.isNaN(deviation)) break
  }
  if (worst >= 0)
    throw new Error(
      `${name}: deviation ${worstDeviation} above ${tolerance} at index ${worst} of ${wanted.length}: expected ${wanted[worst]}, got ${found[worst]}`,
    )
}

const numbersOf = async (values: NumericArray): Promise<ArrayLike<number>> => ("dataId" in values ? await values.data() : values)
