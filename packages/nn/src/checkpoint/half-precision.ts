// 16-bit floats as integers: float16 is 1 sign, 5 exponent and 10 fraction bits; bfloat16 is the upper half of a float32.

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The value of IEEE float16 bits. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The nearest float16 of a float32, ties to even; what is too large becomes infinite. */
export function floatToHalf(value: number): number {
  float[0] = value
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  const size = Math.abs(float[0])
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundTiesToEven(size * 2 ** 24)
  // Rounding the 13 lost fraction bits may carry into the exponent, which is then right too.
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded >>> 13) - (112 << 10))
}

/** The value of bfloat16 bits. */
export function bfloatToFloat(bfloat: number): number {
  bits[0] = bfloat << 16
  return float[0]!
}

/** The nearest bfloat16 of a float32, ties to even. */
export function floatToBfloat(value: number): number {
  float[0] = value
  const word = bits[0]!
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff
}

function roundTiesToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
