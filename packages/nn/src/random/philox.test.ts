import { expect, test } from "vitest"
import { philox4x32, philoxWords } from "./philox.ts"

const ones = 0xffffffff

// The known answers that come with Random123 for philox4x32, 10 rounds.
test.each([
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { counter: [ones, ones, ones, ones], key: [ones, ones], words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
])("philox4x32-10 of $counter under $key", ({ counter, key, words }) => {
  const out = new Uint32Array(6)
  const [c0, c1, c2, c3] = counter as [number, number, number, number]
  philox4x32(out, 1, c0, c1, c2, c3, key[0]!, key[1]!)
  expect([...out]).toEqual([0, ...words, 0])
})

test("the high half of the product is right for every size of factor", () => {
  // One round exposes it: word 2 of the output is high(multiplier0 c0) ^ c3 ^ k1 after round one; ten rounds of BigInt here.
  const exact = (counter: bigint[], key: bigint[]): number[] => {
    const mask = 0xffffffffn
    let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint]
    let [k0, k1] = key as [bigint, bigint]
    for (let round = 0; round < 10; round++) {
      const a = 0xd2511f53n * c0
      const b = 0xcd9e8d57n * c2
      ;[c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & mask, (a >> 32n) ^ c3 ^ k1, a & mask]
      k0 = (k0 + 0x9e3779b9n) & mask
      k1 = (k1 + 0xbb67ae85n) & mask
    }
    return [c0, c1, c2, c3].map(Number)
  }
  const inputs = philoxWords([7, 8], 6 * 500)
  const out = new Uint32Array(4)
  for (let at = 0; at < inputs.length; at += 6) {
    const [c0, c1, c2, c3, k0, k1] = inputs.subarray(at, at + 6) as unknown as [number, number, number, number, number, number]
    philox4x32(out, 0, c0, c1, c2, c3, k0, k1)
    expect([...out]).toEqual(exact([c0, c1, c2, c3].map(BigInt), [k0, k1].map(BigInt)))
  }
})

test("words do not depend on how many are asked for", () => {
  expect([...philoxWords([1, 2], 5)]).toEqual([...philoxWords([1, 2], 11)].slice(0, 5))
})
