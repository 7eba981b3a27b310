import { backend_util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

interface PoolAttributes {
  filterSize: number | [number, number]
  strides: number | [number, number]
  pad: "valid" | "same" | number
  dimRoundingMode?: "floor" | "round" | "ceil"
}

/** `MaxPoolGrad` of NHWC images; the stock kernel gives wrong numbers for more than one channel. */
export const maxPoolGradient: KernelConfig = {
  kernelName: "MaxPoolGrad",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { dy, input } = inputs as unknown as { dy: TensorInfo; input: TensorInfo }
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes
    const shape = input.shape as [number, number, number, number]
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
    const out = wasm.makeOutput(shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.maxPoolGradient(
      kernels.pointer(input), kernels.pointer(dy), kernels.pointer(out), info.batchSize, info.inHeight, info.inWidth, info.inChannels,
      info.outHeight, info.outWidth, info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth, info.padInfo.top,
      info.padInfo.left,
    ) // prettier-ignore
    return out
  },
}
