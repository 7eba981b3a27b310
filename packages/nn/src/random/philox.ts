/**
 * Philox4x32-10: a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11).
 * One call maps a 128-bit counter and a 64-bit key to 128 random bits; there is no state.
 */

const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85

/**
 * Ten rounds on counter (c0..c3) under key (k0, k1); the four words go to `out[at .. at + 3]`.
 *
 * The high half of a 64-bit product is put together from 16-bit pieces, none of whose partial sums exceeds 32 bits, so that the
 * engine stays in 32-bit integers; written out, since this is the inner loop of every draw.
 */
export function philox4x32(out: Uint32Array, at: number, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < 10; round++) {
    let low = c0 & 0xffff
    let high = c0 >>> 16
    let middle = (Math.imul(high, multiplier0 & 0xffff) + (Math.imul(low, multiplier0 & 0xffff) >>> 16)) | 0
    let carry = (Math.imul(low, multiplier0 >>> 16) + (middle & 0xffff)) | 0
    const high0 = (Math.imul(high, multiplier0 >>> 16) + (middle >>> 16) + (carry >>> 16)) | 0
    const low0 = Math.imul(multiplier0, c0)
    low = c2 & 0xffff
    high = c2 >>> 16
    middle = (Math.imul(high, multiplier1 & 0xffff) + (Math.imul(low, multiplier1 & 0xffff) >>> 16)) | 0
    carry = (Math.imul(low, multiplier1 >>> 16) + (middle & 0xffff)) | 0
    const high1 = (Math.imul(high, multiplier1 >>> 16) + (middle >>> 16) + (carry >>> 16)) | 0
    const low1 = Math.imul(multiplier1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  out[at] = c0 // the array makes them unsigned
  out[at + 1] = c1
  out[at + 2] = c2
  out[at + 3] = c3
}

/** `count` random 32-bit words: the blocks of counters (0, 0, 0, 0), (1, 0, 0, 0), ... under `key`. */
export function philoxWords(key: readonly [number, number], count: number): Uint32Array {
  const blocks = Math.ceil(count / 4)
  const words = new Uint32Array(blocks * 4)
  for (let block = 0; block < blocks; block++) philox4x32(words, block * 4, block, 0, 0, 0, key[0], key[1])
  return words.subarray(0, count)
}
