// GELU(x) = x Phi(x) and its gradient, exact (erf) and tanh form (Hendrycks and Gimpel, 2016).

import { exponential, sigmoid } from "./exponential"
import { loadLanes, storeLanes } from "./lanes"
import { multiplyAdd } from "./multiply-add"

/** Phi(x), given density = e^(-x^2/2); erf by formula 7.1.26 of Abramowitz and Stegun (absolute error below 2e-7). */
// @ts-ignore: decorator
@inline
export function normalDistribution(x: v128, density: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678118654752))
  const t = f32x4.div(f32x4.splat(1), multiplyAdd(z, f32x4.splat(0.3275911), f32x4.splat(1)))
  let p = f32x4.splat(1.061405429)
  p = multiplyAdd(p, t, f32x4.splat(-1.453152027))
  p = multiplyAdd(p, t, f32x4.splat(1.421413741))
  p = multiplyAdd(p, t, f32x4.splat(-0.284496736))
  p = multiplyAdd(p, t, f32x4.splat(0.254829592))
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), density), f32x4.splat(0.5)) // 1 - Phi(|x|)
  const negative = f32x4.lt(x, f32x4.splat(0))
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), negative)
}

// @ts-ignore: decorator
@inline
export function density(x: v128): v128 {
  return exponential(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)))
}

/** y = x Phi(x). */
export function gelu(x: usize, y: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    storeLanes(y + at, f32x4.mul(value, normalDistribution(value, density(value))), size - i)
  }
}

/** dx = dy (Phi(x) + x phi(x)). */
export function geluGradient(x: usize, dy: usize, dx: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    const bell = density(value)
    const slope = multiplyAdd(f32x4.mul(value, bell), f32x4.splat(0.39894228040143268), normalDistribution(value, bell))
    storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, size - i), slope), size - i)
  }
}

/** sigmoid(2 u) with u = sqrt(2/pi) (x + 0.044715 x^3): the tanh form is x times this. */
// @ts-ignore: decorator
@inline
export function tanhGate(x: v128): v128 {
  const square = f32x4.mul(x, x)
  const inner = f32x4.mul(x, multiplyAdd(square, f32x4.splat(0.0713548162726), f32x4.splat(1.59576912160573)))
  return sigmoid(inner)
}

/** y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export function geluTanh(x: usize, y: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    storeLanes(y + at, f32x4.mul(value, tanhGate(value)), size - i)
  }
}

export function geluTanhGradient(x: usize, dy: usize, dx: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    const gate = tanhGate(value)
    const inner = multiplyAdd(f32x4.mul(value, value), f32x4.splat(0.2140644488178), f32x4.splat(1.59576912160573)) // d(2u)/dx
    const curve = f32x4.mul(f32x4.mul(gate, f32x4.sub(f32x4.splat(1), gate)), f32x4.mul(value, inner))
    storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, size - i), f32x4.add(gate, curve)), size - i)
  }
}

/** y = x sigmoid(x). */
export function silu(x: usize, y: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    storeLanes(y + at, f32x4.mul(value, sigmoid(value)), size - i)
  }
}

export function siluGradient(x: usize, dy: usize, dx: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) {
    const at = <usize>i << 2
    const value = loadLanes(x + at, size - i)
    const gate = sigmoid(value)
    const slope = f32x4.mul(gate, multiplyAdd(value, f32x4.sub(f32x4.splat(1), gate), f32x4.splat(1)))
    storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, size - i), slope), size - i)
  }
}
