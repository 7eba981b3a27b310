// AdamW in one pass over parameter, moments and gradient (Loshchilov and Hutter, 2019).

import { loadLanes, storeLanes } from "./lanes"
import { multiplyAdd } from "./multiply-add"

/**
 * newM = beta1 m + (1 - beta1) g; newV = beta2 v + (1 - beta2) g^2;
 * newP = decay p - step newM / (sqrt(newV) inverseRoot + epsilon), with decay = 1 - rate weightDecay,
 * step = rate / (1 - beta1^t) and inverseRoot = 1 / sqrt(1 - beta2^t).
 */
export function adamw(
  parameter: usize,
  m: usize,
  v: usize,
  gradient: usize,
  newParameter: usize,
  newM: usize,
  newV: usize,
  size: i32,
  decay: f32,
  step: f32,
  beta1: f32,
  beta2: f32,
  inverseRoot: f32,
  epsilon: f32,
): void {
  const keep1 = f32x4.splat(beta1)
  const take1 = f32x4.splat(1 - beta1)
  const keep2 = f32x4.splat(beta2)
  const take2 = f32x4.splat(1 - beta2)
  for (let i = 0; i < size; i += 4) {
    const at = (<usize>i) << 2
    const count = size - i
    const g = loadLanes(gradient + at, count)
    const m1 = multiplyAdd(keep1, loadLanes(m + at, count), f32x4.mul(take1, g))
    const v1 = multiplyAdd(keep2, loadLanes(v + at, count), f32x4.mul(take2, f32x4.mul(g, g)))
    const root = multiplyAdd(f32x4.sqrt(v1), f32x4.splat(inverseRoot), f32x4.splat(epsilon))
    const update = f32x4.div(f32x4.mul(f32x4.splat(step), m1), root)
    storeLanes(newM + at, m1, count)
    storeLanes(newV + at, v1, count)
    storeLanes(newParameter + at, f32x4.sub(f32x4.mul(f32x4.splat(decay), loadLanes(parameter + at, count)), update), count)
  }
}
