import { util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"

/** Rows and length of the last axis. */
function rowsOf(x: TensorInfo): { rows: number; width: number } {
  const width = x.shape.at(-1) ?? 1
  return { rows: util.sizeFromShape(x.shape) / Math.max(width, 1), width }
}

/**
 * Layer normalisation over the last axis. Inputs {x, weight?, bias?}, attribute {epsilon};
 * outputs [y, means [rows], inverse deviations [rows]].
 */
export const layerNorm: KernelConfig = {
  kernelName: "ScalewiseLayerNorm",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, weight, bias } = inputs as unknown as { x: TensorInfo; weight?: TensorInfo; bias?: TensorInfo }
    const { epsilon } = attrs as { epsilon: number }
    const { rows, width } = rowsOf(x)
    const out = wasm.makeOutput(x.shape, "float32")
    const means = wasm.makeOutput([rows], "float32")
    const inverses = wasm.makeOutput([rows], "float32")
    const kernels = kernelMemory(wasm)
    const pointer = (tensor: TensorInfo | undefined) => (tensor === undefined ? 0 : kernels.pointer(tensor))
    kernels.call.layerNorm(
      pointer(x), pointer(weight), pointer(bias), pointer(out), pointer(means), pointer(inverses), rows, width, epsilon,
    ) // prettier-ignore
    return [out, means, inverses]
  },
}

/** Inputs {x, dy, means, inverses, weight?}; outputs [dx, dWeight [width], dBias [width]]. */
export const layerNormGradient: KernelConfig = {
  kernelName: "ScalewiseLayerNormGradient",
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, dy, means, inverses, weight } = inputs as unknown as Record<"x" | "dy" | "means" | "inverses", TensorInfo> & {
      weight?: TensorInfo
    }
    const { rows, width } = rowsOf(x)
    const dx = wasm.makeOutput(x.shape, "float32")
    const dWeight = wasm.makeOutput([width], "float32")
    const dBias = wasm.makeOutput([width], "float32")
    wasm.typedArrayFromHeap(dWeight).fill(0)
    wasm.typedArrayFromHeap(dBias).fill(0)
    const kernels = kernelMemory(wasm)
    kernels.call.layerNormGradient(
      kernels.pointer(x), weight === undefined ? 0 : kernels.pointer(weight), kernels.pointer(dy), kernels.pointer(means),
      kernels.pointer(inverses), kernels.pointer(dx), kernels.pointer(dWeight), kernels.pointer(dBias), rows, width,
    ) // prettier-ignore
    return [dx, dWeight, dBias]
  },
}

/** `Softmax` over the last axis; replaces the stock kernel. */
export const softmax: KernelConfig = {
  kernelName: "Softmax",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { logits } = inputs as unknown as { logits: TensorInfo }
    const { dim } = attrs as { dim: number }
    if (dim !== logits.shape.length - 1)
      throw new Error(`Softmax: expected the last axis of rank ${logits.shape.length}, got ${dim}; transpose first`)
    const { rows, width } = rowsOf(logits)
    const out = wasm.makeOutput(logits.shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.softmax(kernels.pointer(logits), kernels.pointer(out), rows, width)
    return out
  },
}

/** Inputs {y, dy}, y a softmax over the last axis; output dx. */
export const softmaxGradient: KernelConfig = {
  kernelName: "ScalewiseSoftmaxGradient",
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const wasm = backend as BackendWasm
    const { y, dy } = inputs as unknown as { y: TensorInfo; dy: TensorInfo }
    const { rows, width } = rowsOf(y)
    const out = wasm.makeOutput(y.shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.softmaxGradient(kernels.pointer(y), kernels.pointer(dy), kernels.pointer(out), rows, width)
    return out
  },
}

/**
 * Inputs {logits [..., V], ids [...] int32}; outputs [loss [...], softmax - onehot [..., V]].
 *
 * @throws Error for an id outside [0, V)
 */
export const softmaxCrossEntropy: KernelConfig = {
  kernelName: "ScalewiseSoftmaxCrossEntropy",
  backendName: "wasm",
  kernelFunc: ({ inputs, backend }) => {
    const wasm = backend as BackendWasm
    const { logits, ids } = inputs as unknown as { logits: TensorInfo; ids: TensorInfo }
    const { rows, width } = rowsOf(logits)
    if (ids.dtype !== "int32" || util.sizeFromShape(ids.shape) !== rows)
      throw new Error(`SoftmaxCrossEntropy: expected ${rows} ids as int32, got [${ids.shape.join(", ")}] as ${ids.dtype}`)
    const outside = wasm.typedArrayFromHeap(ids).find((id) => id < 0 || id >= width)
    if (outside !== undefined) throw new Error(`SoftmaxCrossEntropy: expected ids from 0 to ${width - 1}, got ${outside}`)
    const loss = wasm.makeOutput(ids.shape, "float32")
    const gradient = wasm.makeOutput(logits.shape, "float32")
    const kernels = kernelMemory(wasm)
    kernels.call.softmaxCrossEntropy(
      kernels.pointer(logits),
      kernels.pointer(ids),
      kernels.pointer(loss),
      kernels.pointer(gradient),
      rows,
      width,
    )
    return [loss, gradient]
  },
}
