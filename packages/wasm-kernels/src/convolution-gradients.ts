import { backend_util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory } from "./kernel-memory.ts"
import { multiply } from "./matrix-product.ts"

/** Bytes of patches that are made at a time, so that they stay in the second-level cache. */
const patchBytes = 1 << 20

interface ConvolutionAttributes {
  strides: number | [number, number]
  pad: "valid" | "same" | number | [[number, number], [number, number], [number, number], [number, number]]
  dataFormat: "NHWC" | "NCHW"
  dimRoundingMode?: "floor" | "round" | "ceil"
}

/** Sizes of a convolution: `sites` windows in each image, `patch` numbers in a window. */
function geometry(
  name: string,
  imageShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat, dimRoundingMode }: ConvolutionAttributes,
) {
  if (dataFormat !== "NHWC") throw new Error(`${name}: expected NHWC images, got ${dataFormat}; transpose them`)
  const info = backend_util.computeConv2DInfo(
    imageShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
  )
  const sites = info.outHeight * info.outWidth
  const patch = info.filterHeight * info.filterWidth * info.inChannels
  const imagesAtOnce = Math.max(1, Math.min(info.batchSize, Math.floor(patchBytes / (4 * sites * patch))))
  /** The arguments of `imageToPatches` and `patchesToImage` after the pointers and the batch. */
  const window = [
    info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth, info.filterHeight, info.filterWidth,
    info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left,
  ] as const // prettier-ignore
  return { info, sites, patch, imagesAtOnce, window }
}

/** Gradient of a 2-D convolution for its filter: patches^T dy, summed over groups of images. The stock backend has none. */
export const conv2dBackpropFilter: KernelConfig = {
  kernelName: "Conv2DBackpropFilter",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { x, dy } = inputs as unknown as { x: TensorInfo; dy: TensorInfo }
    const { filterShape, ...rest } = attrs as unknown as ConvolutionAttributes & { filterShape: [number, number, number, number] }
    const { info, sites, patch, imagesAtOnce, window } = geometry("Conv2DBackpropFilter", x.shape, filterShape, rest)
    const out = wasm.makeOutput(filterShape, "float32")
    const kernels = kernelMemory(wasm)
    const patchArea = imagesAtOnce * sites * patch * 4
    const area = kernels.scratch(patchArea + kernels.call.gemmScratchBytes(patch, info.outChannels, imagesAtOnce * sites))
    const image = info.inHeight * info.inWidth * info.inChannels * 4
    for (let from = 0; from < info.batchSize; from += imagesAtOnce) {
      const images = Math.min(imagesAtOnce, info.batchSize - from)
      kernels.call.imageToPatches(kernels.pointer(x) + from * image, area, images, ...window)
      multiply(
        kernels,
        {
          m: patch,
          n: info.outChannels,
          k: images * sites,
          a: { pointer: area, batch: 0, row: 1, column: patch },
          b: { pointer: kernels.pointer(dy) + from * sites * info.outChannels * 4, batch: 0, row: info.outChannels, column: 1 },
          c: kernels.pointer(out),
          accumulate: from > 0,
        },
        area + patchArea,
      )
    }
    return out
  },
}

/** Gradient of a 2-D convolution for its image (and the forward pass of a transposed one): dy filter^T, patches added back. */
export const conv2dBackpropInput: KernelConfig = {
  kernelName: "Conv2DBackpropInput",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { dy, filter } = inputs as unknown as { dy: TensorInfo; filter: TensorInfo }
    const { inputShape, ...rest } = attrs as unknown as ConvolutionAttributes & { inputShape: [number, number, number, number] }
    const { info, sites, patch, imagesAtOnce, window } = geometry("Conv2DBackpropInput", inputShape, filter.shape, rest)
    const out = wasm.makeOutput(inputShape, "float32")
    const kernels = kernelMemory(wasm)
    const patchArea = imagesAtOnce * sites * patch * 4
    const area = kernels.scratch(patchArea + kernels.call.gemmScratchBytes(imagesAtOnce * sites, patch, info.outChannels))
    const image = info.inHeight * info.inWidth * info.inChannels * 4
    for (let from = 0; from < info.batchSize; from += imagesAtOnce) {
      const images = Math.min(imagesAtOnce, info.batchSize - from)
      multiply(
        kernels,
        {
          m: images * sites,
          n: patch,
          k: info.outChannels,
          a: { pointer: kernels.pointer(dy) + from * sites * info.outChannels * 4, batch: 0, row: info.outChannels, column: 1 },
          b: { pointer: kernels.pointer(filter), batch: 0, row: 1, column: info.outChannels },
          c: area,
        },
        area + patchArea,
      )
      kernels.call.patchesToImage(area, kernels.pointer(out) + from * image, images, ...window)
    }
    return out
  },
}
