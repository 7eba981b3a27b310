import { multiplyAdd } from "./multiply-add"

/**
 * e^x in four lanes, within 2 units in the last place on [-87, 88]; clamped outside. Range reduction x = n ln 2 + r with
 * ln 2 split in two (Cody and Waite, 1980), then the Taylor polynomial of degree 7 on |r| <= ln 2 / 2.
 */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const clamped = f32x4.min(f32x4.max(x, f32x4.splat(-87.3)), f32x4.splat(88.3))
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)))
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), clamped)
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r)
  let p = f32x4.splat(1.0 / 5040.0)
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 720.0))
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 120.0))
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 24.0))
  p = multiplyAdd(p, r, f32x4.splat(1.0 / 6.0))
  p = multiplyAdd(p, r, f32x4.splat(0.5))
  p = multiplyAdd(p, r, f32x4.splat(1.0))
  p = multiplyAdd(p, r, f32x4.splat(1.0))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))))
}
