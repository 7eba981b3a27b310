import { backend as currentBackend, getKernel, registerKernel, unregisterKernel, type KernelConfig } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { activations } from "./activations.ts"
import { adamw } from "./adamw.ts"
import { conv2dBackpropFilter, conv2dBackpropInput } from "./convolution-gradients.ts"
import { kernelMemory } from "./kernel-memory.ts"
import { batchMatMul } from "./matrix-product.ts"
import { layerNorm, layerNormGradient, softmax, softmaxCrossEntropy, softmaxGradient } from "./normalisation.ts"
import { unsortedSegmentSum } from "./segment-sum.ts"

const kernels: readonly KernelConfig[] = [
  batchMatMul,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  unsortedSegmentSum,
  softmax,
  softmaxGradient,
  layerNorm,
  layerNormGradient,
  softmaxCrossEntropy,
  adamw,
  ...activations,
]

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
  const stock = kernels.map(({ kernelName }) => getKernel(kernelName, "wasm"))
  for (const [i, config] of kernels.entries()) {
    if (stock[i] != null) unregisterKernel(config.kernelName, "wasm")
    registerKernel(config)
  }
  return {
    names: kernels.map(({ kernelName }) => kernelName),
    relaxedSimd,
    restore: () => {
      for (const [i, config] of kernels.entries()) {
        unregisterKernel(config.kernelName, "wasm")
        const old = stock[i]
        if (old != null) registerKernel(old)
      }
    },
  }
}
