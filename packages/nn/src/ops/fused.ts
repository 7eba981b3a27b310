import { type FusedKernel, hasFused, runFused } from "../backend/fused.ts"
import type * as tf from "../backend/tf.ts"
import { withGradient } from "./with-gradient.ts"

/** An activation in one kernel, its gradient in another; undefined where the backend in use has none. */
export function fusedActivation(
  kernel: FusedKernel & ("ScalewiseGelu" | "ScalewiseGeluTanh" | "ScalewiseSilu"),
  x: tf.Tensor,
): tf.Tensor | undefined {
  if (!hasFused(kernel)) return undefined
  return withGradient(
    { x },
    (save) => {
      save([x])
      return runFused(kernel, { x })[0]!
    },
    (dy, [value]) => ({ x: () => runFused(`${kernel}Gradient`, { x: value!, dy })[0]! }),
  )
}

/** Layer norm in one kernel, its three gradients in another; undefined where the backend in use has none. */
export function fusedLayerNorm(
  x: tf.Tensor,
  weight: tf.Tensor | undefined,
  bias: tf.Tensor | undefined,
  epsilon: number,
): tf.Tensor | undefined {
  if (!hasFused("ScalewiseLayerNorm")) return undefined
  const inputs: Record<string, tf.Tensor> = { x, ...(weight && { weight }), ...(bias && { bias }) }
  return withGradient(
    inputs,
    (save) => {
      const [y, means, inverses] = runFused("ScalewiseLayerNorm", inputs, { epsilon })
      save([x, means!, inverses!, ...(weight ? [weight] : [])])
      return y!
    },
    (dy, [value, means, inverses, factor]) => {
      const saved = { x: value!, dy, means: means!, inverses: inverses!, ...(factor && { weight: factor }) }
      const [dx, dWeight, dBias] = runFused("ScalewiseLayerNormGradient", saved)
      return { x: () => dx!, weight: () => dWeight!, bias: () => dBias! }
    },
  )
}
