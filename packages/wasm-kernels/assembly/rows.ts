// Whole rows moved by index: gathers, segment sums (their gradient), transposes and convolution patches.

import { loadLanes, storeLanes } from "./lanes"

/** to[row] = from[ids[row]] for `rows` rows of `bytes`; ids lie in range. */
export function gatherRows(from: usize, ids: usize, to: usize, rows: i32, bytes: i32): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from + <usize>load<i32>(ids + (<usize>row << 2)) * <usize>bytes, bytes)
    to += <usize>bytes
  }
}

/**
 * to[a, b, c, d] = from at a strideA + b strideB + c strideC + d strideD (in bytes), each a row of `bytes`, for to [A, B, C, D] rows:
 * every transpose of up to five dimensions that keeps the last.
 */
export function transposeRows(
  from: usize, to: usize,
  a: i32, b: i32, c: i32, d: i32,
  strideA: i32, strideB: i32, strideC: i32, strideD: i32,
  bytes: i32,
): void {
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) {
        let row = from + <usize>(i * strideA + j * strideB + k * strideC)
        for (let l = 0; l < d; l++) {
          copyRow(row, to, bytes)
          row += <usize>strideD
          to += <usize>bytes
        }
      }
}

/** Short rows are faster by hand than by `memory.copy`; a row holds whole floats. */
// @ts-ignore: decorator
@inline
export function copyRow(from: usize, to: usize, bytes: i32): void {
  let at: i32 = 0
  for (; at + 16 <= bytes; at += 16) v128.store(to + <usize>at, v128.load(from + <usize>at))
  for (; at < bytes; at += 4) store<i32>(to + <usize>at, load<i32>(from + <usize>at))
}

/** to[ids[row]] += from[row] for rows of `width`; ids outside [0, segments) are left out. `to` is zeroed first. */
export function segmentSum(from: usize, ids: usize, to: usize, rows: i32, width: i32, segments: i32): void {
  memory.fill(to, 0, (<usize>segments * <usize>width) << 2)
  for (let row = 0; row < rows; row++) {
    const id = load<i32>(ids + (<usize>row << 2))
    if (id >= 0 && id < segments) addRow(from, to + ((<usize>id * <usize>width) << 2), width)
    from += <usize>width << 2
  }
}

/** patches[b, y, x, dy, dx, c] = image[b, y stride - top + dy, x stride - left + dx, c], zero outside the image (NHWC). */
export function imageToPatches(
  image: usize, patches: usize,
  batch: i32, height: i32, width: i32, channels: i32,
  outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        for (let dy = 0; dy < kernelHeight; dy++) {
          const row = y * strideY - top + dy
          for (let dx = 0; dx < kernelWidth; dx++) {
            const column = x * strideX - left + dx
            if (row >= 0 && row < height && column >= 0 && column < width)
              memory.copy(patches, image + <usize>((b * height + row) * width + column) * pixel, pixel)
            else memory.fill(patches, 0, pixel)
            patches += pixel
          }
        }
      }
    }
  }
}

/** The adjoint of `imageToPatches`: every patch value is added back to the pixel that it came from. */
export function patchesToImage(
  patches: usize, image: usize,
  batch: i32, height: i32, width: i32, channels: i32,
  outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2
  memory.fill(image, 0, <usize>(batch * height * width) * pixel)
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        for (let dy = 0; dy < kernelHeight; dy++) {
          const row = y * strideY - top + dy
          for (let dx = 0; dx < kernelWidth; dx++) {
            const column = x * strideX - left + dx
            if (row >= 0 && row < height && column >= 0 && column < width)
              addRow(patches, image + <usize>((b * height + row) * width + column) * pixel, channels)
            patches += pixel
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function addRow(from: usize, to: usize, width: i32): void {
  for (let i = 0; i < width; i += 4) {
    const at = <usize>i << 2
    storeLanes(to + at, f32x4.add(loadLanes(to + at, width - i), loadLanes(from + at, width - i)), width - i)
  }
}
