import { averaged, constantMatrix, plus, product, reshaped, summed, times } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError, ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/** Options of `groupNorm`. */
export interface GroupNormOptions {
  /** How many groups the channels are split into; divides C. */
  readonly groups: number
  /** Factor for each channel [C]. @defaultValue none */
  readonly weight?: tf.Tensor | undefined
  /** Term for each channel [C]. @defaultValue none */
  readonly bias?: tf.Tensor | undefined
  /** Added to the variance. @defaultValue 1e-6 */
  readonly epsilon?: number
}

/**
 * Mean 0 and variance 1 over positions and the channels of a group, for each sample of x [B, ..., C]
 * (Wu & He, arXiv 1803.08494). Channels are the last dimension.
 *
 * @throws ConfigError where `groups` does not divide C; ShapeError where weight or bias is not [C]
 */
export function groupNorm(x: tf.Tensor, { groups, weight, bias, epsilon = 1e-6 }: GroupNormOptions): tf.Tensor {
  const batch = x.shape[0]
  const channels = x.shape.at(-1)!
  if (x.rank < 2) throw new ShapeError(`groupNorm: expected x [B, ..., C], got [${x.shape}]`)
  if (groups < 1 || channels % groups !== 0)
    throw new ConfigError(`groupNorm: expected groups to divide ${channels} channels, got ${groups}`)
  for (const part of [weight, bias])
    if (part && (part.rank !== 1 || part.size !== channels))
      throw new ShapeError(`groupNorm: expected weight and bias [${channels}] for x [${x.shape}], got [${part.shape}]`)
  const flat = [batch, x.size / Math.max(batch * channels, 1), channels] // [B, P, C]: P positions
  const positions = flat[1]!
  // Positions are averaged first (one fast pass), the channels of a group then on [B, C].
  const overGroup = (valuesBC: tf.Tensor): tf.Tensor => product(valuesBC, groupMatrix(channels, groups))
  const perChannel = (valuesBC: tf.Tensor): tf.Tensor => reshaped(valuesBC, [batch, 1, channels])
  const named: Record<string, tf.Tensor> = { x, ...(weight && { weight }), ...(bias && { bias }) }
  return withGradient(
    named,
    (save) => {
      const xBPC = reshaped(x, flat)
      const centred = tf.sub(xBPC, perChannel(overGroup(overPositions(xBPC))))
      const scaleBC = tf.rsqrt(plus(overGroup(overPositions(tf.square(centred))), epsilon))
      save(weight ? [centred, scaleBC, weight] : [centred, scaleBC])
      const factorBC = weight ? tf.mul(scaleBC, weight) : scaleBC
      const scaled = tf.mul(centred, perChannel(factorBC))
      return reshaped(bias ? tf.add(scaled, bias) : scaled, x.shape)
    },
    (dy, [centred, scaleBC, factor]) => {
      const dyBPC = reshaped(dy, flat)
      const meanBC = overPositions(dyBPC) // of dy
      const slopeBC = tf.mul(overPositions(tf.mul(dyBPC, centred!)), scaleBC!) // of dy normal
      return {
        x: () => {
          const [scaled, slopes, means] = [scaleBC!, slopeBC, meanBC].map((values) => (factor ? tf.mul(values, factor) : values))
          const a = scaled!
          const b = tf.mul(tf.square(scaleBC!), overGroup(slopes!))
          const c = tf.mul(scaleBC!, overGroup(means!))
          const slope = tf.add(tf.mul(centred!, perChannel(b)), perChannel(c))
          return reshaped(tf.sub(tf.mul(dyBPC, perChannel(a)), slope), x.shape)
        },
        weight: () => times(summed(slopeBC, [0]), positions),
        bias: () => times(summed(meanBC, [0]), positions),
      }
    },
  )
}

/** [B, P, C] to [B, C]. */
const overPositions = (values: tf.Tensor): tf.Tensor => averaged(values, [1])

/** [C, C]: a row vector times it has in each channel the mean over the channels of its group. */
const groupMatrix = (channels: number, groups: number): tf.Tensor =>
  constantMatrix(`group means ${groups}`, channels, channels, () => {
    const size = channels / groups
    return Float32Array.from({ length: channels * channels }, (_, at) =>
      Math.floor(Math.floor(at / channels) / size) === Math.floor((at % channels) / size) ? 1 / size : 0,
    )
  })
