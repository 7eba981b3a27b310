// Whole rows moved by index: segment sums (the gradient of a gather) and convolution patches.

import { loadLanes, storeLanes } from "./lanes"

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
function addRow(from: usize, to: usize, width: i32): void {
  for (let i = 0; i < width; i += 4) {
    const at = <usize>i << 2
    storeLanes(to + at, f32x4.add(loadLanes(to + at, width - i), loadLanes(from + at, width - i)), width - i)
  }
}
