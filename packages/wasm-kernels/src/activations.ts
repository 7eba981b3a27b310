import { util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/** Elementwise: inputs {x} to a tensor of the same shape. */
const pointwise = (kernelName: string, name: "gelu" | "geluTanh" | "silu"): KernelConfig => ({
  kernelName,
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const wasm = backend as BackendWasm
    const { x } = inputs as unknown as { x: TensorInfo }
    const out = wasm.makeOutput(x.shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call[name](kernels.pointer(x), kernels.pointer(out), util.sizeFromShape(x.shape))
    return out
  },
})

/** Elementwise gradient: inputs {x, dy} to dx. */
const pointwiseGradient = (kernelName: string, name: "geluGradient" | "geluTanhGradient" | "siluGradient"): KernelConfig => ({
  kernelName,
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, dy } = inputs as unknown as { x: TensorInfo; dy: TensorInfo }
    const out = wasm.makeOutput(x.shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call[name](kernels.pointer(x), kernels.pointer(dy), kernels.pointer(out), util.sizeFromShape(x.shape))
    return out
  },
})

/** GELU in the exact (erf) and the tanh form, SiLU, and their gradients, one pass each. */
export const activations: readonly KernelConfig[] = [
  pointwise("ScalewiseGelu", "gelu"),
  pointwiseGradient("ScalewiseGeluGradient", "geluGradient"),
  pointwise("ScalewiseGeluTanh", "geluTanh"),
  pointwiseGradient("ScalewiseGeluTanhGradient", "geluTanhGradient"),
  pointwise("ScalewiseSilu", "silu"),
  pointwiseGradient("ScalewiseSiluGradient", "siluGradient"),
]
