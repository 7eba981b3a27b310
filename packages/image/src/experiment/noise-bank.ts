import { ConfigError, type RandomStream } from "@scalewise/nn"

/** A store of normal numbers from which training noise is put together at little cost. */
export interface NoiseBank {
  /**
   * Normal numbers of mean 0 and deviation `sigma`, `rows` rows of `width` each, decided by `random`.
   *
   * @throws ConfigError when a row is longer than the bank
   */
  normals(rows: number, width: number, sigma: number, random: RandomStream): Float32Array
}

/**
 * Two banks of `size` independent standard normals. The noise of a row is (a + b) / sqrt(2) where a and b are windows
 * at random places, one in each bank: exactly a vector of independent standard normals, made with one addition a number
 * instead of a logarithm and a cosine (drawing 256 x 784 fresh normals a step would cost as much as the step). The price:
 * two rows are correlated where their windows overlap. Among `size`^2 pairs of places this is rare and never whole.
 */
export function noiseBank(random: RandomStream, { size = 2 ** 20 }: { size?: number } = {}): NoiseBank {
  const first = random.fold("first").normalValues([size])
  const second = random.fold("second").normalValues([size])
  return {
    normals(rows, width, sigma, stream) {
      if (width > size) throw new ConfigError(`noiseBank: expected rows of at most ${size} numbers, got ${width}`)
      const places = stream.integers(2 * rows, size - width + 1)
      const scale = sigma * Math.SQRT1_2
      const noise = new Float32Array(rows * width)
      for (let row = 0; row < rows; row++) {
        const a = places[2 * row]!
        const b = places[2 * row + 1]!
        const from = row * width
        for (let i = 0; i < width; i++) noise[from + i] = scale * (first[a + i]! + second[b + i]!)
      }
      return noise
    },
  }
}
