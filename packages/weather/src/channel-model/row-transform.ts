/** The discrete Fourier transform of one complex row whose length is a power of two, in place. */
export interface RowTransform {
  /** Coefficients sum x_j e^(-2 pi i j k / n), of the row that begins at `from`. */
  forward(real: Float64Array, imaginary: Float64Array, from: number): void
  /** The row again, 1/n included. */
  inverse(real: Float64Array, imaginary: Float64Array, from: number): void
}

/** Makes the transform of rows of `length` (Cooley and Tukey, radix 2, with its factors computed once). */
export function rowTransform(length: number): RowTransform {
  const bits = Math.log2(length)
  const cosines = Float64Array.from({ length: length / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / length))
  const sines = Float64Array.from({ length: length / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / length))
  const reversed = Int32Array.from({ length }, (_, i) => {
    let turned = 0
    for (let bit = 0; bit < bits; bit++) turned |= ((i >> bit) & 1) << (bits - 1 - bit)
    return turned
  })

  const transform = (real: Float64Array, imaginary: Float64Array, from: number): void => {
    for (let i = 0; i < length; i++) {
      const j = reversed[i]!
      if (j <= i) continue
      const re = real[from + i]!
      const im = imaginary[from + i]!
      real[from + i] = real[from + j]!
      imaginary[from + i] = imaginary[from + j]!
      real[from + j] = re
      imaginary[from + j] = im
    }
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half)
      for (let block = from; block < from + length; block += 2 * half) {
        for (let k = 0; k < half; k++) {
          const upper = block + k
          const lower = upper + half
          const c = cosines[k * stride]!
          const s = sines[k * stride]!
          const re = real[lower]! * c + imaginary[lower]! * s
          const im = imaginary[lower]! * c - real[lower]! * s
          real[lower] = real[upper]! - re
          imaginary[lower] = imaginary[upper]! - im
          real[upper] = real[upper]! + re
          imaginary[upper] = imaginary[upper]! + im
        }
      }
    }
  }
  return {
    forward: transform,
    inverse(real, imaginary, from) {
      // Exchanging the parts of a complex number before and after turns the transform into its inverse.
      transform(imaginary, real, from)
      for (let i = from; i < from + length; i++) {
        real[i] = real[i]! / length
        imaginary[i] = imaginary[i]! / length
      }
    },
  }
}
