import type { KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core"

/** A kernel for some cases; where it returns undefined, the stock kernel of that name does the work. */
export interface PartialKernel {
  readonly kernelName: string
  readonly kernelFunc: (call: Parameters<KernelFunc>[0]) => TensorInfo | TensorInfo[] | undefined
}

/** The whole kernel. */
export const completed = ({ kernelName, kernelFunc }: PartialKernel, stock: KernelConfig): KernelConfig => ({
  kernelName,
  backendName: "wasm",
  kernelFunc: (call) => kernelFunc(call) ?? stock.kernelFunc(call),
})
