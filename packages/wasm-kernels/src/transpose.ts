import type { TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"
import type { PartialKernel } from "./partial-kernel.ts"

/**
 * `Transpose` of float32 and int32 tensors where the last dimension stays last, as when heads are split and joined: whole rows
 * are copied, where the stock kernel works out the place of each number. Other cases are left to the stock kernel.
 */
export const transpose: PartialKernel = {
  kernelName: "Transpose",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x } = inputs as unknown as { x: TensorInfo }
    const { perm } = attrs as { perm: number[] }
    const rank = x.shape.length
    const rowsOnly = rank >= 3 && rank <= 5 && perm.at(-1) === rank - 1 && (x.dtype === "float32" || x.dtype === "int32")
    if (!rowsOnly || perm.every((axis, i) => axis === i)) return undefined
    const bytes = x.shape.at(-1)! * 4
    // Bytes between neighbours along each dimension of x.
    const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((size, length) => size * length, 4))
    const order = perm.slice(0, -1)
    const out = wasm.makeOutput(
      perm.map((axis) => x.shape[axis]!),
      x.dtype,
    )
    const leading = 4 - order.length // the routine has four loops
    const lengths = [...Array<number>(leading).fill(1), ...order.map((axis) => x.shape[axis]!)]
    const steps = [...Array<number>(leading).fill(0), ...order.map((axis) => strides[axis]!)]
    const kernels = kernelMemory(wasm)
    kernels.call.transposeRows(kernels.pointer(x), kernels.pointer(out), ...lengths, ...steps, bytes)
    return out
  },
}
