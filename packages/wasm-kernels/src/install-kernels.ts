import { backend as currentBackend, getKernel, registerKernel, unregisterKernel, type KernelConfig } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { activations } from "./activations.ts"
import { adamw } from "./adamw.ts"
import { conv2dBackpropFilter, conv2dBackpropInput } from "./convolution-gradients.ts"
import { gather } from "./gather.ts"
import { kernelMemory } from "./kernel-memory.ts"
import { batchMatMul } from "./matrix-product.ts"
import { maxPoolGradient } from "./max-pool.ts"
import { layerNorm, layerNormGradient, softmax, softmaxCrossEntropy, softmaxGradient } from "./normalisation.ts"
import { completed, type PartialKernel } from "./partial-kernel.ts"
import { reductions } from "./reductions.ts"
import { unsortedSegmentSum } from "./segment-sum.ts"
import { identity, unpack } from "./sharing.ts"
import { transpose } from "./transpose.ts"

const whole: readonly KernelConfig[] = [
  batchMatMul,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  maxPoolGradient,
  identity,
  gather,
  unsortedSegmentSum,
  softmax,
  softmaxGradient,
  layerNorm,
  layerNormGradient,
  softmaxCrossEntropy,
  adamw,
  ...activations,
]

/** These serve the cases that the stock kernel does slowly. */
const partial: readonly PartialKernel[] = [transpose, unpack, ...reductions]

/** What `installKernels` did. */
export interface InstalledKernels {
  /** Names now registered for the backend `wasm`. */
  readonly names: readonly string[]
  /** Whether the engine has relaxed SIMD (Node 22 and later, Chrome 114 and later): matrix products are about a third faster. */
  readonly relaxedSimd: boolean
  /** Puts the stock kernels back. */
  restore(): void
}

/**
 * Registers the kernels for the WebAssembly backend of TensorFlow.js; call it after `tf.setBackend("wasm")` is ready.
 *
 * @throws Error where the current backend is another one, or its memory cannot be used (see `kernelMemory`)
 */
export function installKernels(): InstalledKernels {
  const wasm = currentBackend() as BackendWasm
  if (!("wasm" in wasm))
    throw new Error('installKernels: expected the backend "wasm"; call tf.setBackend("wasm") and await tf.ready() first')
  const { relaxedSimd } = kernelMemory(wasm)
  const stockOf = ({ kernelName }: { kernelName: string }): KernelConfig | undefined => getKernel(kernelName, "wasm") ?? undefined
  const replacements = [
    ...whole.map((kernel) => ({ kernel, stock: stockOf(kernel) })),
    ...partial.flatMap((kernel) => {
      const stock = stockOf(kernel)
      return stock === undefined ? [] : [{ kernel: completed(kernel, stock), stock }]
    }),
  ]
  for (const { kernel, stock } of replacements) {
    if (stock !== undefined) unregisterKernel(kernel.kernelName, "wasm")
    registerKernel(kernel)
  }
  return {
    names: replacements.map(({ kernel }) => kernel.kernelName),
    relaxedSimd,
    restore: () => {
      for (const { kernel, stock } of replacements) {
        unregisterKernel(kernel.kernelName, "wasm")
        if (stock !== undefined) registerKernel(stock)
      }
    },
  }
}
