import * as tf from "../backend/tf.ts"
import { groupNorm as groupNormOp } from "../ops/group-norm.ts"
import { layerNorm as layerNormOp } from "../ops/layer-norm.ts"
import type { Layer } from "../parameters.ts"

/** Parameters of a normalisation; empty where it has none. */
export type NormParameters = { readonly weight?: tf.Tensor; readonly bias?: tf.Tensor }

/** Options of `layerNorm`. */
export interface LayerNormLayerOptions {
  /** Width of the last dimension. */
  readonly channels: number
  /** Learn a factor and a term for each channel. @defaultValue true */
  readonly affine?: boolean
  /** Added to the variance. @defaultValue 1e-6 */
  readonly epsilon?: number
}

/** x [..., channels] with mean 0 and variance 1 in each row. Weight starts at 1, bias at 0. */
export function layerNorm({ channels, affine = true, epsilon = 1e-6 }: LayerNormLayerOptions): Layer<NormParameters> {
  return {
    init: () => initialNorm(channels, affine),
    apply: (parameters, x) => layerNormOp(x, { ...parameters, epsilon }),
  }
}

/** Options of `groupNorm`. */
export interface GroupNormLayerOptions extends LayerNormLayerOptions {
  /** How many groups of channels; divides `channels`. */
  readonly groups: number
}

/** x [B, ..., channels] with mean 0 and variance 1 in each sample and group. Weight starts at 1, bias at 0. */
export function groupNorm({ channels, groups, affine = true, epsilon = 1e-6 }: GroupNormLayerOptions): Layer<NormParameters> {
  return {
    init: () => initialNorm(channels, affine),
    apply: (parameters, x) => groupNormOp(x, { ...parameters, groups, epsilon }),
  }
}

const initialNorm = (channels: number, affine: boolean): NormParameters =>
  affine ? { weight: tf.ones([channels]), bias: tf.zeros([channels]) } : {}
