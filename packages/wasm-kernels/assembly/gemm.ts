// Matrix product C = A B for float32 matrices with arbitrary strides, so that all four transpose cases are one routine.
//
// The classic blocking of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", 2008): a block of
// K is packed once, A in strips of four rows and B in strips of eight columns, and a 4 x 8 tile of C stays in registers
// while the strips stream by. The packed strips live in `scratch`, which the caller provides.

import { multiplyAdd } from "./multiply-add"
import { transposeBlock } from "./transpose-block"

const tileRows: i32 = 4
const tileColumns: i32 = 8
/** Rows of a packed strip of B: 8 columns x 256 x 4 bytes = 8 KB stay in the first-level cache. */
const blockDepth: i32 = 256

/** Bytes of scratch that `gemm` needs for these sizes. */
export function gemmScratchBytes(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, blockDepth)
  const rows = ((m + tileRows - 1) / tileRows) * tileRows
  return (rows * depth + tileColumns * depth + tileRows * tileColumns) * 4 + 64
}

/**
 * c[m, n] = a[m, k] b[k, n], or c += a b with `accumulate`, for `batch` matrices; strides are in elements, `c` is dense and row-major.
 * A batch stride of 0 uses the same matrix for the whole batch.
 */
export function gemm(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bBatch: i32,
  bRow: i32,
  bColumn: i32,
  c: usize,
  accumulate: bool,
  scratch: usize,
): void {
  for (let i = 0; i < batch; i++) {
    product(
      m,
      n,
      k,
      a + ((<usize>(i * aBatch)) << 2),
      aRow,
      aColumn,
      b + ((<usize>(i * bBatch)) << 2),
      bRow,
      bColumn,
      c + ((<usize>i * <usize>m * <usize>n) << 2),
      accumulate,
      scratch,
    )
  }
}

function product(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  accumulate: bool,
  scratch: usize,
): void {
  if (k == 0) {
    if (!accumulate) memory.fill(c, 0, (<usize>m * <usize>n) << 2)
    return
  }
  const strips = (m + tileRows - 1) / tileRows
  for (let from = 0; from < k; from += blockDepth) {
    const depth = min(k - from, blockDepth)
    const packedA = (scratch + 15) & ~15
    const packedB = packedA + ((<usize>(strips * tileRows * depth)) << 2)
    const edge = packedB + ((<usize>(tileColumns * depth)) << 2)
    const first = from == 0 && !accumulate
    packRows(m, depth, a + ((<usize>(from * aColumn)) << 2), aRow, aColumn, packedA)
    const bBlock = b + ((<usize>(from * bRow)) << 2)
    for (let j = 0; j < n; j += tileColumns) {
      const columns = min(n - j, tileColumns)
      packColumns(columns, depth, bBlock + ((<usize>(j * bColumn)) << 2), bRow, bColumn, packedB)
      for (let strip = 0; strip < strips; strip++) {
        const i = strip * tileRows
        const strand = packedA + ((<usize>(strip * tileRows * depth)) << 2)
        const target = c + ((<usize>i * <usize>n + <usize>j) << 2)
        const rows = min(m - i, tileRows)
        if (rows == tileRows && columns == tileColumns) tile(depth, strand, packedB, target, (<usize>n) << 2, first)
        else {
          // The tile sticks out: compute it whole beside C and copy the part that exists.
          tile(depth, strand, packedB, edge, (<usize>tileColumns) << 2, true)
          for (let y = 0; y < rows; y++) {
            const source = edge + ((<usize>(y * tileColumns)) << 2)
            const row = target + ((<usize>y * <usize>n) << 2)
            for (let x = 0; x < columns; x++) {
              const at = (<usize>x) << 2
              const value = load<f32>(source + at)
              store<f32>(row + at, first ? value : load<f32>(row + at) + value)
            }
          }
        }
      }
    }
  }
}

/** Strips of four rows, interleaved by column; rows past the end are zeros. */
function packRows(m: i32, depth: i32, a: usize, row: i32, column: i32, packed: usize): void {
  const rowBytes = (<usize>row) << 2
  const columnBytes = (<usize>column) << 2
  let to = packed
  for (let i = 0; i < m; i += tileRows) {
    const rows = min(m - i, tileRows)
    let from = a + <usize>i * rowBytes
    if (rows == tileRows && row == 1) {
      for (let p = 0; p < depth; p++) {
        v128.store(to, v128.load(from))
        to += 16
        from += columnBytes
      }
    } else if (rows == tileRows && column == 1) {
      let p = 0
      for (; p + 4 <= depth; p += 4) {
        transposeBlock(from, rowBytes, to, 16)
        to += 64
        from += 16
      }
      for (; p < depth; p++) {
        for (let y = 0; y < tileRows; y++) store<f32>(to + ((<usize>y) << 2), load<f32>(from + <usize>y * rowBytes))
        to += 16
        from += 4
      }
    } else {
      for (let p = 0; p < depth; p++) {
        for (let y = 0; y < tileRows; y++) store<f32>(to + ((<usize>y) << 2), y < rows ? load<f32>(from + <usize>y * rowBytes) : <f32>0)
        to += 16
        from += columnBytes
      }
    }
  }
}

/** One strip of up to eight columns, row by row; columns past the end are zeros. */
function packColumns(columns: i32, depth: i32, b: usize, row: i32, column: i32, packed: usize): void {
  const rowBytes = (<usize>row) << 2
  const columnBytes = (<usize>column) << 2
  let from = b
  let to = packed
  if (columns == tileColumns && column == 1) {
    for (let p = 0; p < depth; p++) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      to += 32
      from += rowBytes
    }
    return
  }
  if (columns == tileColumns && row == 1) {
    let p = 0
    for (; p + 4 <= depth; p += 4) {
      for (let half: usize = 0; half < 2; half++) {
        transposeBlock(from + half * 4 * columnBytes, columnBytes, to + half * 16, 32)
      }
      to += 128
      from += 16
    }
    for (; p < depth; p++) {
      for (let x = 0; x < tileColumns; x++) store<f32>(to + ((<usize>x) << 2), load<f32>(from + <usize>x * columnBytes))
      to += 32
      from += 4
    }
    return
  }
  for (let p = 0; p < depth; p++) {
    for (let x = 0; x < tileColumns; x++)
      store<f32>(to + ((<usize>x) << 2), x < columns ? load<f32>(from + <usize>x * columnBytes) : <f32>0)
    to += 32
    from += rowBytes
  }
}

/** The 4 x 8 tile: c (+)= strip of A (4 x depth) times strip of B (depth x 8). */
function tile(depth: i32, a: usize, b: usize, c: usize, cRowBytes: usize, first: bool): void {
  let c00 = f32x4.splat(0),
    c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0),
    c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0),
    c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0),
    c31 = f32x4.splat(0)
  for (let p = 0; p < depth; p++) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load32_splat(a)
    c00 = multiplyAdd(a0, b0, c00)
    c01 = multiplyAdd(a0, b1, c01)
    const a1 = v128.load32_splat(a, 4)
    c10 = multiplyAdd(a1, b0, c10)
    c11 = multiplyAdd(a1, b1, c11)
    const a2 = v128.load32_splat(a, 8)
    c20 = multiplyAdd(a2, b0, c20)
    c21 = multiplyAdd(a2, b1, c21)
    const a3 = v128.load32_splat(a, 12)
    c30 = multiplyAdd(a3, b0, c30)
    c31 = multiplyAdd(a3, b1, c31)
    a += 16
    b += 32
  }
  const row1 = c + cRowBytes
  const row2 = row1 + cRowBytes
  const row3 = row2 + cRowBytes
  if (!first) {
    c00 = f32x4.add(c00, v128.load(c))
    c01 = f32x4.add(c01, v128.load(c, 16))
    c10 = f32x4.add(c10, v128.load(row1))
    c11 = f32x4.add(c11, v128.load(row1, 16))
    c20 = f32x4.add(c20, v128.load(row2))
    c21 = f32x4.add(c21, v128.load(row2, 16))
    c30 = f32x4.add(c30, v128.load(row3))
    c31 = f32x4.add(c31, v128.load(row3, 16))
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  v128.store(row1, c10)
  v128.store(row1, c11, 16)
  v128.store(row2, c20)
  v128.store(row2, c21, 16)
  v128.store(row3, c30)
  v128.store(row3, c31, 16)
}
