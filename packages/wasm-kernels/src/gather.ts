import { backend_util, util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/**
 * `GatherV2`, whole rows at a time; replaces the stock kernel, which is slow and with `batchDims` reads outside the tensor.
 *
 * @throws Error for an id outside the axis
 */
export const gather: KernelConfig = {
  kernelName: "GatherV2",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, indices } = inputs as unknown as { x: TensorInfo; indices: TensorInfo }
    const { axis, batchDims } = attrs as { axis: number; batchDims: number }
    const along = util.parseAxisParam(axis, x.shape)[0]!
    const shape = backend_util.segment_util.collectGatherOpShapeInfo(x, indices, along, batchDims)
    if (indices.dtype !== "int32" || x.dtype === "string")
      throw new Error(`GatherV2: expected numbers and int32 ids, got ${x.dtype} and ${indices.dtype}`)
    const outside = wasm.typedArrayFromHeap(indices).find((id) => id < 0 || id >= shape.dimSize)
    if (outside !== undefined) throw new Error(`GatherV2: expected ids from 0 to ${shape.dimSize - 1}, got ${outside}`)
    const out = wasm.makeOutput(shape.outputShape, x.dtype)
    const kernels = kernelMemory(wasm)
    const bytes = shape.sliceSize * util.bytesPerElement(x.dtype)
    const count = util.sizeFromShape(indices.shape) / Math.max(shape.batchSize, 1)
    for (let batch = 0; batch < shape.batchSize; batch++)
      for (let outer = 0; outer < shape.outerSize; outer++) {
        const part = batch * shape.outerSize + outer
        kernels.call.gatherRows(
          kernels.pointer(x) + part * shape.dimSize * bytes,
          kernels.pointer(indices) + batch * count * 4,
          kernels.pointer(out) + part * count * bytes,
          count,
          bytes,
        )
      }
    return out
  },
}
