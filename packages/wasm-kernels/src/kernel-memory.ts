import type { TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { relaxedSimdBinary, simdBinary } from "./binaries.ts"

/** The functions of assembly/, with pointers (byte offsets into the backend's memory) and counts as arguments. */
export interface KernelExports {
  gemm(...args: (number | boolean)[]): void
  gemmScratchBytes(m: number, n: number, k: number): number
  adamw(...args: number[]): void
  gelu(x: number, y: number, size: number): void
  geluGradient(x: number, dy: number, dx: number, size: number): void
  geluTanh(x: number, y: number, size: number): void
  geluTanhGradient(x: number, dy: number, dx: number, size: number): void
  silu(x: number, y: number, size: number): void
  siluGradient(x: number, dy: number, dx: number, size: number): void
  layerNorm(...args: number[]): void
  layerNormGradient(...args: number[]): void
  softmax(x: number, y: number, rows: number, width: number): void
  softmaxGradient(y: number, dy: number, dx: number, rows: number, width: number): void
  softmaxCrossEntropy(logits: number, ids: number, loss: number, gradient: number, rows: number, classes: number): void
  maxPoolGradient(...args: number[]): void
  sum(x: number, y: number, outer: number, length: number, inner: number, scale: number): void
  gatherRows(from: number, ids: number, to: number, rows: number, bytes: number): void
  transposeRows(...args: number[]): void
  segmentSum(from: number, ids: number, to: number, rows: number, width: number, segments: number): void
  imageToPatches(...args: number[]): void
  patchesToImage(...args: number[]): void
}

/** Our kernels, bound to the memory of one WebAssembly backend. */
export interface KernelMemory {
  readonly call: KernelExports
  /** Whether the engine has fused multiply-add. */
  readonly relaxedSimd: boolean
  /** Where a tensor's values lie. Take it after every allocation of the call: growth of the memory keeps offsets valid. */
  pointer(tensor: TensorInfo): number
  /**
   * A working area of at least so many bytes, valid until the next call of `scratch`.
   *
   * @throws Error where the memory of the backend cannot grow so far
   */
  scratch(bytes: number): number
}

/** What of the backend's module is used; which of the two shows the memory depends on its build. */
interface EmscriptenModule {
  _malloc(bytes: number): number
  _free(pointer: number): void
  wasmMemory?: WebAssembly.Memory
  asm?: { memory?: WebAssembly.Memory }
}

const bound = new WeakMap<BackendWasm, KernelMemory>()

/**
 * Compiles the kernels into the memory of `backend`, once.
 *
 * @throws Error where the backend's memory cannot be reached or is shared between threads
 */
export function kernelMemory(backend: BackendWasm): KernelMemory {
  const known = bound.get(backend)
  if (known !== undefined) return known
  const host = backend.wasm as unknown as EmscriptenModule
  const memory = host.wasmMemory ?? host.asm?.memory
  if (memory === undefined)
    throw new Error("wasm-kernels: the backend does not show its memory; expected @tensorflow/tfjs-backend-wasm 4.22")
  if (typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer)
    throw new Error("wasm-kernels: the threaded build of the backend is not supported; set the flag WASM_HAS_MULTITHREAD_SUPPORT to false")

  const relaxed = decode(relaxedSimdBinary)
  const relaxedSimd = WebAssembly.validate(relaxed)
  const module = new WebAssembly.Module(relaxedSimd ? relaxed : decode(simdBinary))
  const instance = new WebAssembly.Instance(module, { env: { memory } })
  let area = 0
  let areaBytes = 0
  const kernels: KernelMemory = {
    call: instance.exports as unknown as KernelExports,
    relaxedSimd,
    pointer: (tensor) => {
      const data = backend.dataIdMap.get(tensor.dataId)
      return data.memoryOffset
    },
    scratch: (bytes) => {
      if (bytes > areaBytes) {
        if (area !== 0) host._free(area)
        area = host._malloc(bytes) >>> 0
        areaBytes = area === 0 ? 0 : bytes
        if (area === 0) throw new Error(`wasm-kernels: there is no memory for a working area of ${bytes} bytes; use a smaller batch`)
      }
      return area
    },
  }
  bound.set(backend, kernels)
  return kernels
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
