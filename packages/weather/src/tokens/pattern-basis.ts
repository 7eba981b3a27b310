import { ops, tf } from "@scalewise/nn"
import { principalDirections } from "../linear/principal-directions.ts"

// n maps, h x w sites, C channels, N = h w C

/** Largest map whose patterns are its own principal components; larger ones have waves. */
const largestOwn = 700

/**
 * Orthonormal patterns of the maps of a scale: either all principal components of the whole map (`whole` [N, N], rows are patterns), or
 * standing waves (`rows` [h, h], `columns` [w, w]: the cosine transform, close to them where fields are homogeneous) after a rotation of
 * the channels (`channels` [C, C]).
 */
export type PatternBasis =
  | { readonly whole: tf.Tensor }
  | { readonly rows: tf.Tensor; readonly columns: tf.Tensor; readonly channels: tf.Tensor }

/** Fits a basis to maps [n, h, w, C]; the tensors are the caller's. */
export async function fitPatternBasis(maps: tf.Tensor): Promise<PatternBasis> {
  const [, height, width, channels] = maps.shape as [number, number, number, number]
  const size = height * width * channels
  if (size <= largestOwn) return { whole: await directionsOf(maps, size) }
  return { rows: cosines(height), columns: cosines(width), channels: await directionsOf(maps, channels) }
}

async function directionsOf(maps: tf.Tensor, size: number): Promise<tf.Tensor> {
  const rows = maps.reshape([-1, size])
  const directions = await principalDirections(rows)
  rows.dispose()
  return directions
}

/** Coefficients [B, h w, C] of maps [B, h, w, C]. */
export function toPatterns(basis: PatternBasis, maps: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = maps.shape as [number, number, number, number]
  if ("whole" in basis)
    return ops.matMul(maps.reshape([batch, -1]), basis.whole, { transposeB: true }).reshape([batch, height * width, channels])
  const rotated = ops.matMul(maps.reshape([-1, channels]), basis.channels, { transposeB: true }).reshape([batch, height, width * channels])
  const high = ops.matMul(basis.rows, rotated).reshape([batch * height, width, channels])
  return ops.matMul(basis.columns, high).reshape([batch, height * width, channels])
}

/** Maps [B, h, w, C] of coefficients [B, h, w, C]: the inverse of `toPatterns`. */
export function fromPatterns(basis: PatternBasis, coefficients: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = coefficients.shape as [number, number, number, number]
  if ("whole" in basis) return ops.matMul(coefficients.reshape([batch, -1]), basis.whole).reshape(coefficients.shape)
  const wide = ops.matMul(basis.columns, coefficients.reshape([batch * height, width, channels]), { transposeA: true })
  const high = ops.matMul(basis.rows, wide.reshape([batch, height, width * channels]), { transposeA: true })
  return ops.matMul(high.reshape([-1, channels]), basis.channels).reshape(coefficients.shape)
}

/** The orthonormal cosine transform (DCT-II) as a matrix [length, length], rows are waves. */
function cosines(length: number): tf.Tensor {
  return tf.tensor2d(
    Float32Array.from({ length: length * length }, (_, i) => {
      const [wave, site] = [Math.floor(i / length), i % length]
      return Math.sqrt((wave === 0 ? 1 : 2) / length) * Math.cos((Math.PI * wave * (site + 0.5)) / length)
    }),
    [length, length],
  )
}
