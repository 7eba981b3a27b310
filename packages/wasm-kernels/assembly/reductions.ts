// Sums of x [outer, length, inner] over the middle dimension: [outer, inner].

import { loadLanes, storeLanes, sumLanes } from "./lanes"

/** So many numbers are added in float32 at a time, the sums of these in float64. */
const blockLength: i32 = 128

/** y[o, i] = scale sum over l of x[o, l, i]. */
export function sum(x: usize, y: usize, outer: i32, length: i32, inner: i32, scale: f32): void {
  if (inner == 1) {
    for (let o = 0; o < outer; o++) {
      let total: f64 = 0
      for (let from = 0; from < length; from += blockLength) total += block(x + ((<usize>from) << 2), min(blockLength, length - from))
      store<f32>(y + ((<usize>o) << 2), <f32>(total * scale))
      x += (<usize>length) << 2
    }
    return
  }
  const rowBytes = (<usize>inner) << 2
  for (let o = 0; o < outer; o++) {
    memory.fill(y, 0, rowBytes)
    // Four rows at a time, so that the sums are read and written a quarter as often.
    let l = 0
    for (; l + 4 <= length; l += 4) {
      for (let i = 0; i < inner; i += 4) {
        const at = (<usize>i) << 2
        const count = inner - i
        const first = f32x4.add(loadLanes(x + at, count), loadLanes(x + rowBytes + at, count))
        const second = f32x4.add(loadLanes(x + 2 * rowBytes + at, count), loadLanes(x + 3 * rowBytes + at, count))
        storeLanes(y + at, f32x4.add(loadLanes(y + at, count), f32x4.add(first, second)), count)
      }
      x += 4 * rowBytes
    }
    for (; l < length; l++) {
      for (let i = 0; i < inner; i += 4) {
        const at = (<usize>i) << 2
        storeLanes(y + at, f32x4.add(loadLanes(y + at, inner - i), loadLanes(x + at, inner - i)), inner - i)
      }
      x += rowBytes
    }
    if (scale != 1)
      for (let i = 0; i < inner; i += 4) {
        const at = (<usize>i) << 2
        storeLanes(y + at, f32x4.mul(loadLanes(y + at, inner - i), f32x4.splat(scale)), inner - i)
      }
    y += rowBytes
  }
}

function block(x: usize, length: i32): f64 {
  let total = f32x4.splat(0)
  for (let i = 0; i < length; i += 4) total = f32x4.add(total, loadLanes(x + ((<usize>i) << 2), length - i))
  return <f64>sumLanes(total)
}
