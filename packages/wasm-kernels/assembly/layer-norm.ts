// Layer normalisation over the last axis (Ba, Kiros and Hinton, 2016). Weight and bias may be absent (pointer 0).

import { loadLanes, storeLanes, sumLanes } from "./lanes"
import { multiplyAdd } from "./multiply-add"

/** y = (x - mean) / sqrt(variance + epsilon) weight + bias for `rows` rows of `width`; keeps mean and 1/deviation per row. */
export function layerNorm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  means: usize,
  inverses: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  const rowBytes = (<usize>width) << 2
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0)
    for (let i = 0; i < width; i += 4) sum = f32x4.add(sum, loadLanes(x + ((<usize>i) << 2), width - i))
    const mean = sumLanes(sum) / <f32>width
    const centre = f32x4.splat(mean)
    let squares = f32x4.splat(0)
    let i = 0
    for (; i + 4 <= width; i += 4) {
      const deviation = f32x4.sub(v128.load(x + ((<usize>i) << 2)), centre)
      squares = multiplyAdd(deviation, deviation, squares)
    }
    let rest: f32 = 0
    for (; i < width; i++) {
      const deviation = load<f32>(x + ((<usize>i) << 2)) - mean
      rest += deviation * deviation
    }
    const inverse: f32 = <f32>1 / sqrt<f32>((sumLanes(squares) + rest) / <f32>width + epsilon)
    store<f32>(means + ((<usize>row) << 2), mean)
    store<f32>(inverses + ((<usize>row) << 2), inverse)
    const scale = f32x4.splat(inverse)
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      let value = f32x4.mul(f32x4.sub(loadLanes(x + at, width - i), centre), scale)
      if (weight != 0) value = f32x4.mul(value, loadLanes(weight + at, width - i))
      if (bias != 0) value = f32x4.add(value, loadLanes(bias + at, width - i))
      storeLanes(y + at, value, width - i)
    }
    x += rowBytes
    y += rowBytes
  }
}

/**
 * dx from dy and the kept statistics; adds to dWeight and dBias (which the caller has zeroed), where present.
 * With g = dy weight and n the normalised x: dx = (g - mean(g) - n mean(g n)) / deviation.
 */
export function layerNormGradient(
  x: usize,
  weight: usize,
  dy: usize,
  means: usize,
  inverses: usize,
  dx: usize,
  dWeight: usize,
  dBias: usize,
  rows: i32,
  width: i32,
): void {
  const rowBytes = (<usize>width) << 2
  for (let row = 0; row < rows; row++) {
    const centre = f32x4.splat(load<f32>(means + ((<usize>row) << 2)))
    const inverse = load<f32>(inverses + ((<usize>row) << 2))
    const scale = f32x4.splat(inverse)
    let sumG = f32x4.splat(0)
    let sumGN = f32x4.splat(0)
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      const count = width - i
      const upstream = loadLanes(dy + at, count)
      const normal = f32x4.mul(f32x4.sub(loadLanes(x + at, count), centre), scale)
      const g = weight != 0 ? f32x4.mul(upstream, loadLanes(weight + at, count)) : upstream
      sumG = f32x4.add(sumG, g)
      sumGN = multiplyAdd(g, normal, sumGN) // lanes past the end hold g = 0
      if (dWeight != 0) storeLanes(dWeight + at, multiplyAdd(upstream, normal, loadLanes(dWeight + at, count)), count)
      if (dBias != 0) storeLanes(dBias + at, f32x4.add(upstream, loadLanes(dBias + at, count)), count)
    }
    const meanG = f32x4.splat(sumLanes(sumG) / <f32>width)
    const meanGN = f32x4.splat(sumLanes(sumGN) / <f32>width)
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      const count = width - i
      const upstream = loadLanes(dy + at, count)
      const normal = f32x4.mul(f32x4.sub(loadLanes(x + at, count), centre), scale)
      const g = weight != 0 ? f32x4.mul(upstream, loadLanes(weight + at, count)) : upstream
      storeLanes(dx + at, f32x4.mul(f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(normal, meanGN)), scale), count)
    }
    x += rowBytes
    dy += rowBytes
    dx += rowBytes
  }
}
