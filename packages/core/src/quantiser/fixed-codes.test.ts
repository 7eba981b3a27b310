import { ConfigError, randomStream, selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { checkQuantiser } from "../testing/check-quantiser.ts"
import { bitwiseQuantiser, softBitEntropy } from "./bitwise-quantiser.ts"
import { finiteScalarQuantiser } from "./finite-scalar-quantiser.ts"
import { identityQuantiser } from "./identity-quantiser.ts"
import { digitsToIds, idsToDigits } from "./mixed-radix.ts"
import { quantise } from "./quantiser.ts"
import { scaledQuantiser } from "./scaled-quantiser.ts"

const levels = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 5 })
const everyId = (vocabulary: number) =>
  tf.tensor1d(
    Int32Array.from({ length: vocabulary }, (_, id) => id),
    "int32",
  )
const values = (x: tf.Tensor) => Array.from(x.dataSync())

describe.each(await testBackends())("quantisers without a codebook on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  describe("identityQuantiser and scaledQuantiser", () => {
    it("keep the promises of a quantiser, the latter over any other and at every scale", async () => {
      await checkQuantiser(identityQuantiser(3))
      const gains = [2, 0.5]
      for (const inner of [identityQuantiser(3), bitwiseQuantiser({ channels: 3 }), finiteScalarQuantiser({ levels: [5, 4] })])
        await checkQuantiser(scaledQuantiser(inner, { gains }), { steps: 2 })
    })
  })

  describe("digitsToIds", () => {
    it("numbers the first digit fastest", () => {
      expect(
        values(
          digitsToIds(
            tf.tensor2d([
              [1, 0, 0],
              [0, 1, 0],
              [2, 3, 4],
            ]),
            [3, 4, 5],
          ),
        ),
      ).toEqual([1, 3, 59])
    })

    it("and idsToDigits are inverse, up to 2^23 ids", () => {
      tf.tidy(() => {
        const bits = Array.from({ length: 23 }, () => 2)
        const top = tf.tensor1d([0, 1, 2 ** 22, 2 ** 23 - 1], "int32")
        expect(values(digitsToIds(idsToDigits(top, bits), bits))).toEqual(values(top))
      })
      fc.assert(
        fc.property(levels, (radices) =>
          tf.tidy(() => {
            const vocabulary = radices.reduce((a, b) => a * b, 1)
            fc.pre(vocabulary <= 4096)
            const ids = everyId(vocabulary)
            expect(values(digitsToIds(idsToDigits(ids, radices), radices))).toEqual(values(ids))
          }),
        ),
        { numRuns: 20 },
      )
    })
  })

  describe("finiteScalarQuantiser", () => {
    it("has a different code for each id, within half a step of what it rounds", () => {
      fc.assert(
        fc.property(levels, fc.boolean(), fc.nat(1000), (counts, symmetric, seed) => {
          fc.pre(counts.reduce((a, b) => a * b, 1) <= 4096)
          const isSymmetric = symmetric || counts.includes(2)
          const quantiser = finiteScalarQuantiser({ levels: counts, symmetric: isSymmetric })
          tf.tidy(() => {
            const codes = quantiser.decode({}, everyId(quantiser.vocabulary)).arraySync() as number[][]
            expect(new Set(codes.map((code) => code.join())).size).toBe(quantiser.vocabulary)
            expect(Math.max(...codes.flat().map(Math.abs))).toBeLessThanOrEqual(1)
            const x = randomStream(seed).normal([50, counts.length])
            const ids = quantiser.encode({}, x)
            const errors = quantiser.decode({}, ids).sub(quantiser.relax!({}, x)).abs().max(0).dataSync()
            for (const [channel, count] of counts.entries())
              expect(errors[channel]).toBeLessThanOrEqual(0.5 / (isSymmetric ? (count - 1) / 2 : Math.floor(count / 2)) + 1e-5)
          })
        }),
        { numRuns: 20 },
      )
    })

    it.each([[[8, 5, 5, 5]], [[2, 2]], [[4]], [[9, 3]]])("keeps the promises of a quantiser: levels %j", async (counts) => {
      await checkQuantiser(finiteScalarQuantiser({ levels: counts }))
      await checkQuantiser(finiteScalarQuantiser({ levels: counts, symmetric: true }))
    })

    it("reaches every code, and the nearest one", () => {
      tf.tidy(() => {
        for (const options of [{ levels: [8] }, { levels: [5] }, { levels: [2] }, { levels: [4], symmetric: true }]) {
          const quantiser = finiteScalarQuantiser(options)
          const x = tf.linspace(-6, 6, 2001).reshape([2001, 1])
          const ids = values(quantiser.encode({}, x))
          expect(new Set(ids).size).toBe(quantiser.vocabulary)
          expect(ids).toEqual([...ids].sort((a, b) => a - b)) // monotone
          const soft = values(quantiser.relax!({}, x))
          const codes = values(quantiser.decode({}, everyId(quantiser.vocabulary)))
          for (const [index, value] of soft.entries()) {
            const error = Math.abs(codes[ids[index]!]! - value)
            expect(error).toBeLessThanOrEqual(Math.min(...codes.map((code) => Math.abs(code - value))) + 1e-5)
          }
        }
      })
    })

    it("has the codes of the paper: 1000 for 8, 5, 5, 5, and zero is one of them", () => {
      tf.tidy(() => {
        const quantiser = finiteScalarQuantiser({ levels: [8, 5, 5, 5] })
        expect(quantiser.vocabulary).toBe(1000)
        expect(values(quantiser.decode({}, quantiser.encode({}, tf.zeros([1, 4])))).map(Math.abs)).toEqual([0, 0, 0, 0])
        expect(values(finiteScalarQuantiser({ levels: [4] }).decode({}, everyId(4)))).toEqual([-1, -0.5, 0, 0.5])
        expect(values(finiteScalarQuantiser({ levels: [3] }).decode({}, everyId(3)))).toEqual([-1, 0, 1])
      })
    })

    it("passes the gradient of its bound", () => {
      tf.tidy(() => {
        const quantiser = finiteScalarQuantiser({ levels: [5] })
        const gradient = tf.grad((x: tf.Tensor) => quantise(quantiser, {}, x).passed.sum())(tf.tensor2d([[0], [0.7]]))
        const slope = (x: number) => (2.002 / 2) * (1 - Math.tanh(x) ** 2) // reach 2 (1 + 1e-3), unit 2
        for (const [index, expected] of [slope(0), slope(0.7)].entries()) expect(values(gradient)[index]).toBeCloseTo(expected, 5)
      })
    })

    it.each([[[]], [[1, 5]], [[2.5]], [Array.from({ length: 8 }, () => 8)]])("refuses levels %j", (counts) => {
      expect(() => finiteScalarQuantiser({ levels: counts })).toThrow(ConfigError)
    })
  })

  describe("bitwiseQuantiser", () => {
    it("keeps the promises of a quantiser; ids are a bijection of codes", async () => {
      for (const channels of [1, 2, 5, 10]) {
        const quantiser = bitwiseQuantiser({ channels, tokens: "ids" })
        await checkQuantiser(quantiser)
        await checkQuantiser(bitwiseQuantiser({ channels }))
        tf.tidy(() => {
          const ids = everyId(quantiser.vocabulary)
          expect(values(quantiser.encode({}, quantiser.decode({}, ids)))).toEqual(values(ids))
        })
      }
    })

    it("gives signs on the unit sphere, and bits that say which", () => {
      tf.tidy(() => {
        const quantiser = bitwiseQuantiser({ channels: 4 })
        const x = tf.tensor2d([[0.1, -3, 0, 2]])
        const { tokens, codes } = quantise(quantiser, {}, x)
        expect(tokens.dtype).toBe("int32")
        expect(values(tokens)).toEqual([1, 0, 0, 1])
        expect(values(codes)).toEqual([0.5, -0.5, -0.5, 0.5])
      })
    })

    it("passes the gradient of x / |x|", () => {
      tf.tidy(() => {
        const quantiser = bitwiseQuantiser({ channels: 3 })
        const [x, weight] = [tf.tensor2d([[1, -2, 2]]), tf.tensor2d([[0.3, 0.1, -0.7]])]
        const passed = tf.grad((y: tf.Tensor) => quantise(quantiser, {}, y).passed.mul(weight).sum())(x)
        const norm = 3
        const along = (0.3 * 1 + 0.1 * -2 - 0.7 * 2) / norm ** 3
        const expected = [0.3 / norm - 1 * along, 0.1 / norm + 2 * along, -0.7 / norm - 2 * along]
        for (const [index, value] of expected.entries()) expect(values(passed)[index]).toBeCloseTo(value, 5)
      })
    })

    it("has an entropy term with the known extremes", () => {
      tf.tidy(() => {
        const channels = 3
        const both = bitwiseQuantiser({ channels }).decode({}, idsToDigits(everyId(8), [2, 2, 2]))
        // Sure of every bit, every bit used both ways: 0 - d ln 2
        expect(softBitEntropy(both).dataSync()[0]).toBeCloseTo(-channels * Math.log(2), 4)
        // Sure, but always the same code
        expect(softBitEntropy(both.slice([5, 0], [1, 3])).dataSync()[0]).toBeCloseTo(0, 4)
        // Without any diversity wished for, one soft bit: the binary entropy of sigmoid(4 tau x)
        const p = 1 / (1 + Math.exp(-4 * 0.5))
        const entropy = -p * Math.log(p) - (1 - p) * Math.log(1 - p)
        expect(softBitEntropy(tf.tensor2d([[7]]), { inverseTemperature: 0.5, diversity: 0 }).dataSync()[0]).toBeCloseTo(entropy, 5)
      })
    })

    it("has a finite gradient of the entropy term, at zero too", () => {
      const gradient = tf.grad((x: tf.Tensor) => softBitEntropy(x))(tf.concat([randomStream(1).normal([5, 8]), tf.zeros([1, 8])]))
      expect(values(gradient).every(Number.isFinite)).toBe(true)
    })

    it("refuses ids of more than 23 bits", () => {
      expect(() => bitwiseQuantiser({ channels: 24, tokens: "ids" })).toThrow(/at most 23 bits/)
      expect(bitwiseQuantiser({ channels: 64 }).vocabulary).toBe(2 ** 64)
    })
  })
})
