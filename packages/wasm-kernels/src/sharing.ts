import type { KernelConfig, TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import type { PartialKernel } from "./partial-kernel.ts"

/** `Identity` as another reference to the same numbers; the stock kernel copies all that is saved for a backward pass. */
export const identity: KernelConfig = {
  kernelName: "Identity",
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const { x } = inputs as unknown as { x: TensorInfo }
    ;(backend as BackendWasm).incRef(x.dataId)
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
  },
}

/** `Unpack` along the first dimension: the parts lie one after the other, which the stock kernel does not use above rank 4. */
export const unpack: PartialKernel = {
  kernelName: "Unpack",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { value } = inputs as unknown as { value: TensorInfo }
    const { axis } = attrs as { axis: number }
    if ((axis !== 0 && axis !== -value.shape.length) || (value.dtype !== "float32" && value.dtype !== "int32")) return undefined
    const parts = Array.from({ length: value.shape[0]! }, () => wasm.makeOutput(value.shape.slice(1), value.dtype))
    const all = wasm.typedArrayFromHeap(value)
    const size = all.length / Math.max(parts.length, 1)
    for (const [i, part] of parts.entries()) wasm.typedArrayFromHeap(part).set(all.subarray(i * size, (i + 1) * size))
    return parts
  },
}
