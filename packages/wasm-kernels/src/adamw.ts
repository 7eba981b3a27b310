import { util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/** Attributes of `ScalewiseAdamW`. */
export interface AdamWAttributes {
  /** Learning rate of this step. */
  rate: number
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled: the parameter shrinks by rate times this. */
  weightDecay: number
  /** Number of this update, from 1. */
  step: number
}

/**
 * AdamW (Loshchilov and Hutter, 2019) in one pass. Inputs {parameter, m, v, gradient}; outputs the new
 * [parameter, m, v] as new tensors, so that the old ones stay valid.
 */
export const adamw: KernelConfig = {
  kernelName: "ScalewiseAdamW",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const old = inputs as unknown as Record<"parameter" | "m" | "v" | "gradient", TensorInfo>
    const { rate, beta1, beta2, epsilon, weightDecay, step } = attrs as unknown as AdamWAttributes
    const outputs = (["parameter", "m", "v"] as const).map((name) => {
      const out = wasm.makeOutput(old[name].shape, "float32")
      wasm.typedArrayFromHeap(out).set(wasm.typedArrayFromHeap(old[name]))
      return out
    })
    const kernels = kernelMemory(wasm)
    const [parameter, m, v] = outputs.map((out) => kernels.pointer(out)) as [number, number, number]
    kernels.call.adamw(
      parameter, m, v, kernels.pointer(old.gradient), util.sizeFromShape(old.parameter.shape),
      1 - rate * weightDecay, rate / (1 - beta1 ** step), beta1, beta2, 1 / Math.sqrt(1 - beta2 ** step), epsilon,
    ) // prettier-ignore
    return outputs
  },
}
