import { util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/** Attributes of `ScalewiseAdamW`. */
export interface AdamWAttributes {
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled: the parameter shrinks by rate times this. */
  weightDecay: number
}

type Input = "parameter" | "m" | "v" | "gradient" | "rate" | "beta1Power" | "beta2Power"

/**
 * AdamW (Loshchilov and Hutter, 2019) in one pass. Inputs {parameter, m, v, gradient} and the scalars {rate, beta1Power,
 * beta2Power} of this update, the powers beta^t with t from 1; outputs new tensors [parameter, m, v], so that the old stay valid.
 */
export const adamw: KernelConfig = {
  kernelName: "ScalewiseAdamW",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const old = inputs as unknown as Record<Input, TensorInfo>
    const { beta1, beta2, epsilon, weightDecay } = attrs as unknown as AdamWAttributes
    const outputs = (["parameter", "m", "v"] as const).map((name) => wasm.makeOutput(old[name].shape, "float32"))
    const kernels = kernelMemory(wasm)
    const [parameter, m, v] = outputs.map((out) => kernels.pointer(out)) as [number, number, number]
    const scalar = (tensor: TensorInfo): number => wasm.typedArrayFromHeap(tensor)[0]!
    const rate = scalar(old.rate)
    kernels.call.adamw(
      kernels.pointer(old.parameter), kernels.pointer(old.m), kernels.pointer(old.v), kernels.pointer(old.gradient), parameter, m, v,
      util.sizeFromShape(old.parameter.shape), 1 - rate * weightDecay, rate / (1 - scalar(old.beta1Power)), beta1, beta2,
      1 / Math.sqrt(1 - scalar(old.beta2Power)), epsilon,
    ) // prettier-ignore
    return outputs
  },
}
