// Gradient of max pooling over NHWC images.

/** dx[the first largest pixel of each window] += dy, for each channel; pixels outside the image do not take part. */
export function maxPoolGradient(
  x: usize, dy: usize, dx: usize,
  batch: i32, height: i32, width: i32, channels: i32,
  outHeight: i32, outWidth: i32,
  windowHeight: i32, windowWidth: i32,
  strideY: i32, strideX: i32, top: i32, left: i32,
): void {
  const imageBytes = <usize>(height * width * channels) << 2
  memory.fill(dx, 0, <usize>batch * imageBytes)
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < outHeight; y++) {
      const firstRow = max(y * strideY - top, 0)
      const endRow = min(y * strideY - top + windowHeight, height)
      for (let column = 0; column < outWidth; column++) {
        const firstColumn = max(column * strideX - left, 0)
        const endColumn = min(column * strideX - left + windowWidth, width)
        for (let c = 0; c < channels; c++) {
          let largest: f32 = -Infinity
          let place = <usize>((firstRow * width + firstColumn) * channels + c) << 2
          for (let i = firstRow; i < endRow; i++)
            for (let j = firstColumn; j < endColumn; j++) {
              const at = <usize>((i * width + j) * channels + c) << 2
              const value = load<f32>(x + at)
              if (value > largest) {
                largest = value
                place = at
              }
            }
          store<f32>(dx + place, load<f32>(dx + place) + load<f32>(dy))
          dy += 4
        }
      }
    }
    x += imageBytes
    dx += imageBytes
  }
}
