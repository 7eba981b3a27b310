// Softmax cross-entropy of rows of logits against class ids, with its gradient from the same pass.

import { exponential } from "./exponential"
import { loadLanes, storeLanes, sumLanes } from "./lanes"
import { logarithm } from "./logarithm"

/** loss[row] = log sum exp(logits) - logits[id]; gradient = softmax(logits) - onehot(id). */
export function softmaxCrossEntropy(logits: usize, ids: usize, loss: usize, gradient: usize, rows: i32, classes: i32): void {
  const rowBytes = (<usize>classes) << 2
  for (let row = 0; row < rows; row++) {
    const sum = exponentials(logits, gradient, classes)
    const scale = f32x4.splat(<f32>1 / sum)
    for (let i = 0; i < classes; i += 4) {
      const at = (<usize>i) << 2
      storeLanes(gradient + at, f32x4.mul(loadLanes(gradient + at, classes - i), scale), classes - i)
    }
    const id = load<i32>(ids + ((<usize>row) << 2))
    const target = (<usize>id) << 2
    const largest = rowMaximum(logits, classes)
    store<f32>(loss + ((<usize>row) << 2), <f32>logarithm(<f64>sum) + (largest - load<f32>(logits + target)))
    store<f32>(gradient + target, load<f32>(gradient + target) - 1)
    logits += rowBytes
    gradient += rowBytes
  }
}

/** y = softmax(x) by rows. */
export function softmax(x: usize, y: usize, rows: i32, width: i32): void {
  const rowBytes = (<usize>width) << 2
  for (let row = 0; row < rows; row++) {
    const scale = f32x4.splat(<f32>1 / exponentials(x, y, width))
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      storeLanes(y + at, f32x4.mul(loadLanes(y + at, width - i), scale), width - i)
    }
    x += rowBytes
    y += rowBytes
  }
}

/** dx = (dy - sum(dy y)) y by rows, y the softmax. */
export function softmaxGradient(y: usize, dy: usize, dx: usize, rows: i32, width: i32): void {
  const rowBytes = (<usize>width) << 2
  for (let row = 0; row < rows; row++) {
    let products = f32x4.splat(0)
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      products = f32x4.add(products, f32x4.mul(loadLanes(y + at, width - i), loadLanes(dy + at, width - i)))
    }
    const mean = f32x4.splat(sumLanes(products))
    for (let i = 0; i < width; i += 4) {
      const at = (<usize>i) << 2
      const value = f32x4.mul(f32x4.sub(loadLanes(dy + at, width - i), mean), loadLanes(y + at, width - i))
      storeLanes(dx + at, value, width - i)
    }
    y += rowBytes
    dy += rowBytes
    dx += rowBytes
  }
}

/** y = exp(x - max x); returns the sum. */
function exponentials(x: usize, y: usize, width: i32): f32 {
  const largest = f32x4.splat(rowMaximum(x, width))
  let sum = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= width; i += 4) {
    const value = exponential(f32x4.sub(v128.load(x + ((<usize>i) << 2)), largest))
    sum = f32x4.add(sum, value)
    v128.store(y + ((<usize>i) << 2), value)
  }
  let rest: f32 = 0
  if (i < width) {
    const value = exponential(f32x4.sub(loadLanes(x + ((<usize>i) << 2), width - i), largest))
    storeLanes(y + ((<usize>i) << 2), value, width - i)
    for (; i < width; i++) rest += load<f32>(y + ((<usize>i) << 2))
  }
  return sumLanes(sum) + rest
}

function rowMaximum(x: usize, width: i32): f32 {
  let largest = load<f32>(x)
  for (let i = 1; i < width; i++) largest = max<f32>(largest, load<f32>(x + ((<usize>i) << 2)))
  return largest
}
