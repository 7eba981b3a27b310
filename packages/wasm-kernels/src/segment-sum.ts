import { util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/** `UnsortedSegmentSum`, the gradient of a gather (hence of every embedding); the stock backend has none. */
export const unsortedSegmentSum: KernelConfig = {
  kernelName: "UnsortedSegmentSum",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, segmentIds } = inputs as unknown as { x: TensorInfo; segmentIds: TensorInfo }
    const { numSegments } = attrs as { numSegments: number }
    if (x.dtype !== "float32" || segmentIds.dtype !== "int32")
      throw new Error(`UnsortedSegmentSum: expected float32 values and int32 ids, got ${x.dtype} and ${segmentIds.dtype}; cast them first`)
    const rows = util.sizeFromShape(segmentIds.shape)
    const rest = x.shape.slice(segmentIds.shape.length)
    if (x.shape.slice(0, segmentIds.shape.length).join() !== segmentIds.shape.join())
      throw new Error(
        `UnsortedSegmentSum: expected ids in the leading shape of x, got x [${x.shape.join(", ")}], ids [${segmentIds.shape.join(", ")}]`,
      )
    const out = wasm.makeOutput([numSegments, ...rest], "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.segmentSum(
      kernels.pointer(x),
      kernels.pointer(segmentIds),
      kernels.pointer(out),
      rows,
      util.sizeFromShape(rest),
      numSegments,
    )
    return out
  },
}
