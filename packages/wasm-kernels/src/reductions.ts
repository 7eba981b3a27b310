import { util, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"
import type { PartialKernel } from "./partial-kernel.ts"

/**
 * `Sum` or `Mean` of float32 tensors over neighbouring dimensions, wherever they stand (the stock kernels transpose unless they are the
 * last). Long sums are added in blocks, so that their rounding errors do not grow with the length.
 */
const reduction = (kernelName: "Sum" | "Mean"): PartialKernel => ({
  kernelName,
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x } = inputs as unknown as { x: TensorInfo }
    const { axis, keepDims } = attrs as { axis: number | number[]; keepDims: boolean }
    const axes = util.parseAxisParam(axis, x.shape).toSorted((a, b) => a - b)
    const [first, last] = [axes[0], axes.at(-1)]
    if (x.dtype !== "float32" || first === undefined || last! - first + 1 !== axes.length) return undefined
    const length = util.sizeFromShape(x.shape.slice(first, last! + 1))
    const shape = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]))
    const out = wasm.makeOutput(shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.sum(
      kernels.pointer(x),
      kernels.pointer(out),
      util.sizeFromShape(x.shape.slice(0, first)),
      length,
      util.sizeFromShape(x.shape.slice(last! + 1)),
      kernelName === "Mean" ? 1 / length : 1,
    )
    return out
  },
})

/** Sums and means. */
export const reductions: readonly PartialKernel[] = [reduction("Sum"), reduction("Mean")]
