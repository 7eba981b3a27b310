// Four floats at a time, with a tail: the last vector of an array may have fewer than four elements.

/** Loads `count` (1-4) floats; the other lanes are zero. */
// @ts-ignore: decorator
@inline
export function loadLanes(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from)
  let value = v128.load32_zero(from)
  if (count > 1) value = f32x4.replace_lane(value, 1, load<f32>(from, 4))
  if (count > 2) value = f32x4.replace_lane(value, 2, load<f32>(from, 8))
  return value
}

/** Stores the first `count` (1-4) lanes. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value)
    return
  }
  store<f32>(to, f32x4.extract_lane(value, 0))
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4)
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8)
}

// @ts-ignore: decorator
@inline
export function sumLanes(value: v128): f32 {
  return (
    f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1) + (f32x4.extract_lane(value, 2) + f32x4.extract_lane(value, 3))
  )
}
