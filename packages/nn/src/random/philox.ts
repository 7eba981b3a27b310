/**
 * Philox4x32-10: a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11).
 * One call maps a 128-bit counter and a 64-bit key to 128 random bits; there is no state.
 */

const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85

/** High 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const lowLow = Math.imul(aLow, bLow) >>> 0
  const highLow = (Math.imul(aHigh, bLow) >>> 0) + (lowLow >>> 16)
  const lowHigh = (Math.imul(aLow, bHigh) >>> 0) + (highLow & 0xffff)
  return (Math.imul(aHigh, bHigh) >>> 0) + Math.floor(highLow / 65536) + Math.floor(lowHigh / 65536)
}

/** Ten rounds on counter (c0..c3) under key (k0, k1); the four words go to `out[at .. at + 3]`. */
export function philox4x32(
  out: Uint32Array,
  at: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multiplier0, c0)
    const low0 = Math.imul(multiplier0, c0)
    const high1 = multiplyHigh(multiplier1, c2)
    const low1 = Math.imul(multiplier1, c2)
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1 >>> 0
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0 >>> 0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  out[at] = c0
  out[at + 1] = c1
  out[at + 2] = c2
  out[at + 3] = c3
}

/** `count` random 32-bit words: the blocks of counters (0, 0, lane, 0), (1, 0, lane, 0), ... under `key`. */
export function philoxWords(key: readonly [number, number], count: number): Uint32Array {
  const blocks = Math.ceil(count / 4)
  const words = new Uint32Array(blocks * 4)
  for (let block = 0; block < blocks; block++) philox4x32(words, block * 4, block, 0, 0, 0, key[0], key[1])
  return words.subarray(0, count)
}
