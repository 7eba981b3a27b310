import { averaged, biased, biasGradient, plus, product, reshaped, times } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { fusedLayerNorm } from "./fused.ts"
import { withGradient } from "./with-gradient.ts"

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Factor for each channel [C]. @defaultValue none */
  readonly weight?: tf.Tensor | undefined
  /** Term for each channel [C]. @defaultValue none */
  readonly bias?: tf.Tensor | undefined
  /** Added to the variance. @defaultValue 1e-6 */
  readonly epsilon?: number
}

/**
 * Each row of x [..., C] with mean 0 and variance 1, then times weight plus bias (Ba et al., arXiv 1607.06450).
 *
 * @throws ShapeError where weight or bias is not [C]
 */
export function layerNorm(x: tf.Tensor, { weight, bias, epsilon = 1e-6 }: LayerNormOptions = {}): tf.Tensor {
  const channels = x.shape.at(-1)
  for (const part of [weight, bias])
    if (part && (part.rank !== 1 || part.size !== channels))
      throw new ShapeError(`layerNorm: expected weight and bias [${channels}] for x [${x.shape}], got [${part.shape}]`)
  return fusedLayerNorm(x, weight, bias, epsilon) ?? composed(x, weight, bias, epsilon)
}

function composed(x: tf.Tensor, weight: tf.Tensor | undefined, bias: tf.Tensor | undefined, epsilon: number): tf.Tensor {
  const last = [x.rank - 1]
  const named: Record<string, tf.Tensor> = { x, ...(weight && { weight }), ...(bias && { bias }) }
  return withGradient(
    named,
    (save) => {
      const centred = tf.sub(x, averaged(x, last, true))
      const scale = tf.rsqrt(plus(averaged(tf.square(centred), last, true), epsilon)) // [..., 1]
      const normal = tf.mul(centred, scale)
      save(weight ? [normal, scale, weight] : [normal, scale])
      const scaled = weight ? tf.mul(normal, weight) : normal
      return bias ? (x.rank > 1 ? biased(scaled, bias) : tf.add(scaled, bias)) : scaled
    },
    (dy, [normal, scale, factor]) => {
      const projected = tf.mul(dy, normal!)
      return {
        // scale (g - mean(g) - normal mean(g normal)) with g = dy weight; the means are products with weight / C
        x: () => {
          const g = factor ? tf.mul(dy, factor) : dy
          const mean = factor ? weighted(dy, factor) : averaged(dy, last, true)
          const slope = factor ? weighted(projected, factor) : averaged(projected, last, true)
          return tf.mul(tf.sub(g, tf.add(tf.mul(normal!, slope), mean)), scale!)
        },
        weight: () => biasGradient(projected), // sums over rows
        bias: () => biasGradient(dy),
      }
    },
  )
}

/** Mean over the last dimension of values times factor: [..., C] and [C] give [..., 1]. */
function weighted(values: tf.Tensor, factor: tf.Tensor): tf.Tensor {
  const channels = factor.size
  const column = reshaped(times(factor, 1 / channels), [channels, 1])
  const means = product(reshaped(values, [values.size / Math.max(channels, 1), channels]), column)
  return reshaped(means, [...values.shape.slice(0, -1), 1])
}
