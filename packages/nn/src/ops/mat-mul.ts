import { product, unbroadcast } from "../backend/kernels.ts"
import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/** How `matMul` reads its operands. */
export interface MatMulOptions {
  /** Exchange the last two dimensions of a first. @defaultValue false */
  readonly transposeA?: boolean
  /** Exchange the last two dimensions of b first. @defaultValue false */
  readonly transposeB?: boolean
}

/**
 * Matrix product of a [..., M, K] and b [..., K, N]: [..., M, N]. Leading dimensions broadcast, ranks may differ.
 *
 * @throws ShapeError where the inner dimensions differ
 */
export function matMul(a: tf.Tensor, b: tf.Tensor, { transposeA = false, transposeB = false }: MatMulOptions = {}): tf.Tensor {
  const innerA = a.shape.at(transposeA ? -2 : -1)
  const innerB = b.shape.at(transposeB ? -1 : -2)
  if (a.rank < 2 || b.rank < 2 || innerA !== innerB)
    throw new ShapeError(
      `matMul: expected [..., M, K] and [..., K, N], got [${a.shape}]${transposeA ? "'" : ""} and [${b.shape}]${transposeB ? "'" : ""}`,
    )
  return withGradient(
    { a, b },
    (save) => {
      save([a, b])
      return product(a, b, { transposeA, transposeB })
    },
    (dy, [left, right]) => ({
      a: () => {
        const gradient = transposeA
          ? product(right!, dy, { transposeA: transposeB, transposeB: true })
          : product(dy, right!, { transposeB: !transposeB })
        return unbroadcast(gradient, a.shape)
      },
      b: () => {
        const gradient = transposeB
          ? product(dy, left!, { transposeA: true, transposeB: transposeA })
          : product(left!, dy, { transposeA: !transposeA })
        return unbroadcast(gradient, b.shape)
      },
    }),
  )
}
