/**
 * ln x for positive normal x, within 1e-12 relative. Own code because the standard library's reads a table from memory,
 * and these kernels own no memory: they work inside another module's.
 */
// @ts-ignore: decorator
@inline
export function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x)
  let exponent = <i32>((bits >> 52) & 0x7ff) - 1023
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000)
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5
    exponent++
  }
  // ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172
  const s = (mantissa - 1) / (mantissa + 1)
  const q = s * s
  const series = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13 + q / 15))))))
  return <f64>exponent * 0.6931471805599453 + 2 * s * series
}
