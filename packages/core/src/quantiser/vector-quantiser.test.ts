import { ConfigError, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { checkQuantiser } from "../testing/check-quantiser.ts"
import { nearestCode } from "./nearest-code.ts"
import { quantise } from "./quantiser.ts"
import { vectorQuantiser } from "./vector-quantiser.ts"
import { quantisationLoss, vqVaeLoss } from "./vq-vae-loss.ts"

const values = (x: tf.Tensor) => Array.from(x.dataSync())
const largest = (x: tf.Tensor) => tf.tidy(() => x.abs().max().dataSync()[0]!)

describe.each(await testBackends())("vector quantisation on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  describe("nearestCode", () => {
    it("finds what a search in float64 finds", () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.nat(1000), (codes, channels, seed) =>
          tf.tidy(() => {
            const random = randomStream(seed)
            const codebook = random.fold("codes").normal([codes, channels])
            const x = random.fold("x").normal([3, 4, channels])
            const rows = codebook.arraySync() as number[][]
            const found = nearestCode(codebook, x)
            expect([found.shape, found.dtype]).toEqual([[3, 4], "int32"])
            const distances = (point: number[]) => rows.map((row) => row.reduce((sum, value, c) => sum + (value - point[c]!) ** 2, 0))
            const points = x.reshape([12, channels]).arraySync() as number[][]
            for (const [index, id] of values(found).entries()) {
              const all = distances(points[index]!)
              expect(all[id]).toBeLessThanOrEqual(Math.min(...all) + 1e-5)
            }
          }),
        ),
        { numRuns: 20 },
      )
    })

    it("takes the first of equal rows, however many there are", () => {
      tf.tidy(() => {
        const distinct = randomStream(3).normal([5, 8])
        for (const copies of [2, 3, 7, 13]) {
          const codebook = tf.tile(distinct, [copies, 1])
          expect(values(nearestCode(codebook, distinct))).toEqual([0, 1, 2, 3, 4])
        }
        expect(values(nearestCode(tf.zeros([300, 4]), tf.ones([2, 4])))).toEqual([0, 0])
      })
    })

    it("compares angles where asked to", () => {
      tf.tidy(() => {
        const codebook = tf.tensor2d([
          [10, 0],
          [0.1, 0.1],
        ])
        const x = tf.tensor2d([[1, 0.9]])
        expect(values(nearestCode(codebook, x))).toEqual([1])
        expect(values(nearestCode(codebook, tf.tensor2d([[2, 0.1]]), { metric: "cosine" }))).toEqual([0])
        expect(values(nearestCode(codebook, tf.tensor2d([[2, 0.1]])))).toEqual([1])
      })
    })

    it("refuses vectors of another length", () => {
      expect(() => nearestCode(tf.zeros([3, 2]), tf.zeros([5, 3]))).toThrow(ShapeError)
    })
  })

  describe("vectorQuantiser", () => {
    it("has one codebook for all scales or one for each", () => {
      tf.tidy(() => {
        const own = vectorQuantiser({ channels: 2, codes: 3, codebooks: 2 })
        const parameters = own.init(randomStream(1))
        expect(Object.keys(parameters.codebook)).toEqual(["0", "1"])
        const ids = tf.tensor1d([0, 1, 2], "int32")
        expect(values(own.decode(parameters, ids, 2))).toEqual(values(parameters.codebook["1"]!))
        expect(() => own.decode(parameters, ids, 3)).toThrow(/from 1 to 2/)
        const shared = vectorQuantiser({ channels: 2, codes: 3 })
        expect(values(shared.decode(parameters, ids, 9))).toEqual(values(parameters.codebook["0"]!))
      })
    })

    it("keeps the promises of a quantiser, by distance and by angle, with one codebook or one for each scale", async () => {
      for (const metric of ["euclidean", "cosine"] as const)
        for (const codebooks of [1, 2]) await checkQuantiser(vectorQuantiser({ channels: 4, codes: 24, codebooks, metric }), { steps: 2 })
      await checkQuantiser(vectorQuantiser({ channels: 2, codes: 1, learning: "average" }))
    })

    it("works with a single code", () => {
      tf.tidy(() => {
        const quantiser = vectorQuantiser({ channels: 2, codes: 1 })
        const parameters = quantiser.init(randomStream(1))
        expect(values(quantiser.encode(parameters, tf.ones([1, 1, 1, 2])))).toEqual([0])
      })
    })

    it("quantises on the unit sphere under cosine", () => {
      tf.tidy(() => {
        const quantiser = vectorQuantiser({ channels: 4, codes: 8, metric: "cosine" })
        const { codes } = quantise(quantiser, quantiser.init(randomStream(2)), randomStream(3).normal([6, 4]))
        expect(largest(codes.square().sum(-1).sub(1))).toBeLessThan(1e-5)
      })
    })

    it("refuses an empty codebook", () => {
      expect(() => vectorQuantiser({ channels: 4, codes: 0 })).toThrow(ConfigError)
    })
  })

  describe("vqVaeLoss", () => {
    const setUp = () => {
      const random = randomStream(11)
      return { x: random.fold("x").normal([6, 3]), codebook: random.fold("codes").normal([4, 3]), weight: random.fold("w").normal([3, 3]) }
    }
    const quantiser = vectorQuantiser({ channels: 3, codes: 4 })

    it("passes the decoder's gradient to the encoder unchanged, and none to the codebook", () => {
      tf.tidy(() => {
        const { x, codebook, weight } = setUp()
        const decoded = (latent: tf.Tensor, rows: tf.Tensor) =>
          quantise(quantiser, { codebook: { "0": rows } }, latent)
            .passed.matMul(weight)
            .square()
            .sum()
        const codes = quantise(quantiser, { codebook: { "0": codebook } }, x).codes
        const atCodes = tf.grad((h: tf.Tensor) =>
          h
            .matMul(weight as tf.Tensor2D)
            .square()
            .sum(),
        )(codes)
        const [toLatent, toCodebook] = tf.grads((latent: tf.Tensor, rows: tf.Tensor) => decoded(latent, rows).add(rows.sum().mul(0)))([
          x,
          codebook,
        ])
        expect(largest(toLatent!.sub(atCodes))).toBeLessThan(1e-5)
        expect(largest(toCodebook!)).toBe(0)
      })
    })

    it("moves codes by their own term alone, the encoder by beta", () => {
      tf.tidy(() => {
        const { x, codebook } = setUp()
        const loss = (latent: tf.Tensor, rows: tf.Tensor) =>
          quantisationLoss(latent, quantise(quantiser, { codebook: { "0": rows } }, latent).codes, { commitment: 0.25 })
        const [toLatent, toCodebook] = tf.grads(loss)([x, codebook])
        const { tokens, codes } = quantise(quantiser, { codebook: { "0": codebook } }, x)
        const pull = x.sub(codes).mul(2 / 18)
        expect(largest(toLatent!.sub(pull.mul(0.25)))).toBeLessThan(1e-6)
        const ownSums = tf.matMul(tf.oneHot(tokens as tf.Tensor1D, 4).toFloat() as tf.Tensor2D, pull.neg() as tf.Tensor2D, true)
        expect(largest(toCodebook!.sub(ownSums))).toBeLessThan(1e-6)
        expect(largest(toCodebook!)).toBeGreaterThan(0.01)
      })
    })

    it("is the sum of its three terms", () => {
      tf.tidy(() => {
        const [data, reconstruction] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 4])] // MSE 2
        const [latent, codes] = [tf.tensor2d([[0, 0]]), tf.tensor2d([[2, 0]])] // MSE 2
        expect(vqVaeLoss({ data, reconstruction, latent, codes }).dataSync()[0]).toBeCloseTo(2 + 2 + 0.25 * 2, 6)
        expect(vqVaeLoss({ data, reconstruction, latent, codes }, { commitment: 1 }).dataSync()[0]).toBeCloseTo(6, 6)
      })
    })
  })
})
