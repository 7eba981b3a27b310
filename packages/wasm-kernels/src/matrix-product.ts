import { broadcast_util, util, type KernelConfig, type TensorInfo } from "@tensorflow/tfjs-core"
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm"
import { kernelMemory, type KernelMemory } from "./kernel-memory.ts"

/** One operand: where it lies and how many elements lie between its rows, columns and matrices. */
interface Operand {
  pointer: number
  batch: number
  row: number
  column: number
}

/**
 * c = a b (or c += a b) for `batch` matrices of [m, k] and [k, n]; c is a pointer to dense rows.
 *
 * @param scratch - a working area of `gemmScratchBytes(m, n, k)`
 */
export function multiply(
  kernels: KernelMemory,
  {
    batch = 1,
    m,
    n,
    k,
    a,
    b,
    c,
    accumulate = false,
  }: { batch?: number; m: number; n: number; k: number; a: Operand; b: Operand; c: number; accumulate?: boolean },
  scratch: number,
): void {
  kernels.call.gemm(
    batch, m, n, k, a.pointer, a.batch, a.row, a.column, b.pointer, b.batch, b.row, b.column, c, accumulate, scratch,
  ) // prettier-ignore
}

/**
 * `BatchMatMul`: any rank, transpose flags and broadcast leading dimensions; replaces the stock kernel.
 *
 * @throws Error for other than float32 matrices, and inner lengths that differ
 */
export const batchMatMul: KernelConfig = {
  kernelName: "BatchMatMul",
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const wasm = backend as BackendWasm
    const { a, b } = inputs as unknown as { a: TensorInfo; b: TensorInfo }
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }
    if (a.dtype !== "float32" || b.dtype !== "float32")
      throw new Error(`BatchMatMul: expected float32 matrices, got ${a.dtype} and ${b.dtype}; cast them first`)
    const [rowsA, columnsA] = a.shape.slice(-2) as [number, number]
    const [rowsB, columnsB] = b.shape.slice(-2) as [number, number]
    const m = transposeA ? columnsA : rowsA
    const k = transposeA ? rowsA : columnsA
    const n = transposeB ? rowsB : columnsB
    if (k !== (transposeB ? columnsB : rowsB))
      throw new Error(`BatchMatMul: expected equal inner lengths, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`)
    const leadA = a.shape.slice(0, -2)
    const leadB = b.shape.slice(0, -2)
    const lead = broadcast_util.assertAndGetBroadcastShape(leadA, leadB)
    const out = wasm.makeOutput([...lead, m, n], "float32")
    const batch = util.sizeFromShape(lead)
    if (batch === 0 || m === 0 || n === 0) return out

    const kernels = kernelMemory(wasm)
    const batchA = util.sizeFromShape(leadA)
    const batchB = util.sizeFromShape(leadB)
    const joinsRows = batchB === 1 && !transposeA // one matrix on the right of many: the rows of all are the rows of one
    const scratch = kernels.scratch(kernels.call.gemmScratchBytes(joinsRows ? batchA * m : m, n, k))
    const left = { pointer: kernels.pointer(a), row: transposeA ? 1 : k, column: transposeA ? m : 1 }
    const right = { pointer: kernels.pointer(b), row: transposeB ? 1 : n, column: transposeB ? k : 1 }
    const c = kernels.pointer(out)
    if (joinsRows) {
      multiply(kernels, { m: batchA * m, n, k, a: { ...left, batch: 0 }, b: { ...right, batch: 0 }, c }, scratch)
      return out
    }
    if ((batchA === batch || batchA === 1) && (batchB === batch || batchB === 1)) {
      const strides = { a: batchA === 1 ? 0 : m * k, b: batchB === 1 ? 0 : k * n }
      multiply(kernels, { batch, m, n, k, a: { ...left, batch: strides.a }, b: { ...right, batch: strides.b }, c }, scratch)
      return out
    }
    for (let i = 0; i < batch; i++) {
      const from = { a: broadcastIndex(i, lead, leadA), b: broadcastIndex(i, lead, leadB) }
      multiply(
        kernels,
        {
          m,
          n,
          k,
          a: { ...left, batch: 0, pointer: left.pointer + from.a * m * k * 4 },
          b: { ...right, batch: 0, pointer: right.pointer + from.b * k * n * 4 },
          c: c + i * m * n * 4,
        },
        scratch,
      )
    }
    return out
  },
}

/** The flat index into `shape` that entry `flat` of the broadcast shape `out` reads. */
function broadcastIndex(flat: number, out: readonly number[], shape: readonly number[]): number {
  let index = 0
  let stride = 1
  for (let axis = out.length - 1, own = shape.length - 1; axis >= 0; axis--, own--) {
    const position = flat % out[axis]!
    flat = Math.floor(flat / out[axis]!)
    if (own < 0) continue
    if (shape[own] !== 1) index += position * stride
    stride *= shape[own]!
  }
  return index
}
