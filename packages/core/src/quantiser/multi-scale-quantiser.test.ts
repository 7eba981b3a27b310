import { randomStream, selectBackend, ShapeError, tensorsIn, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import * as fc from "fast-check"
import { beforeAll, describe, expect, it } from "vitest"
import { gridSchedule, type Grid } from "../pyramid/grid-schedule.ts"
import type { ResidualFormName } from "../pyramid/residual-form.ts"
import { bitFlipMask, bitFlips, flipBits } from "./bit-flips.ts"
import { bitwiseQuantiser } from "./bitwise-quantiser.ts"
import { finiteScalarQuantiser } from "./finite-scalar-quantiser.ts"
import { identityQuantiser } from "./identity-quantiser.ts"
import { multiScaleQuantiser, type MultiScaleQuantiser } from "./multi-scale-quantiser.ts"
import { pyramidProcess } from "./pyramid-process.ts"
import { toSequence, type Quantiser } from "./quantiser.ts"
import { scaledQuantiser } from "./scaled-quantiser.ts"
import { vectorQuantiser } from "./vector-quantiser.ts"

const forms = ["open", "own-grid", "full-grid"] as const satisfies readonly ResidualFormName[]
const schedule = gridSchedule([1, 2, 3, 5])
const largest = (x: tf.Tensor) => tf.tidy(() => x.abs().max().dataSync()[0]!)
const distance = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => largest(a.sub(b)))
const noise = (seed: number, batch = 2, [height, width]: Grid = schedule.finest, channels = 4) =>
  randomStream(seed).normal([batch, height, width, channels])

const quantisers: Record<string, Quantiser> = {
  "shared codebook": vectorQuantiser({ channels: 4, codes: 16 }),
  "codebook per scale": vectorQuantiser({ channels: 4, codes: 16, codebooks: 4 }),
  cosine: vectorQuantiser({ channels: 4, codes: 16, metric: "cosine" }),
  bits: bitwiseQuantiser({ channels: 4 }),
  "finite scalars with gains": scaledQuantiser(finiteScalarQuantiser({ levels: [5, 5, 5, 5] }), {
    gains: [1, 1, 0.7, 0.5],
  }),
  identity: identityQuantiser(4),
}

describe.each(await testBackends())("multiScaleQuantiser on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  it("reconstructs exactly without quantisation: any form, schedule and batch", () => {
    const sizes = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 4 })
      .map((grids): Grid[] => {
        const [heights, widths] = [0, 1].map((side) => grids.map((grid) => grid[side]!).sort((a, b) => a - b)) as [number[], number[]]
        return heights.map((height, index) => [height, widths[index]!])
      })
    fc.assert(
      fc.property(fc.constantFrom(...forms), sizes, fc.integer({ min: 1, max: 3 }), (form, grids, batch) =>
        tf.tidy(() => {
          const any = gridSchedule(grids)
          const multiScale = multiScaleQuantiser({ schedule: any, quantiser: identityQuantiser(4), form })
          const latent = noise(1, batch, any.finest)
          const targets = pyramidProcess(multiScale, multiScale.init(randomStream(0))).targets(latent, randomStream(0))
          expect(targets.map(({ shape }) => shape)).toEqual(any.tokens.map((count) => [batch, count, 4]))
          const partials = multiScale.accumulate({ quantiser: {}, phi: {} }, targets)
          expect(distance(multiScale.form.toLatent(partials.at(-1)!), latent)).toBeLessThan(1e-5)
        }),
      ),
      { numRuns: 12 },
    )
  })

  describe.each(Object.entries(quantisers))("with %s", (_, quantiser) => {
    it.each(forms)("decodes step by step what it encoded, in the %s form", (form) =>
      tf.tidy(() => {
        const multiScale = multiScaleQuantiser({ schedule, quantiser, form, phi: { count: 2 } })
        const parameters = multiScale.init(randomStream(1))
        const codes = multiScale.encode(parameters, noise(2))
        const partials = multiScale.accumulate(
          parameters,
          codes.map(({ tokens }) => tokens),
        )
        let state: tf.Tensor | undefined
        for (const [index, { tokens, partial }] of codes.entries()) {
          const ofCodes = multiScale.advanceCodes(parameters, state, index + 1, codes[index]!.codes)
          const ofSequence = multiScale.advanceCodes(parameters, state, index + 1, toSequence(codes[index]!.codes))
          state = multiScale.advance(parameters, state, index + 1, tokens)
          for (const other of [ofCodes, ofSequence]) expect(distance(other, state)).toBeLessThan(1e-6)
          expect(distance(partials[index]!, partial)).toBeLessThan(1e-5)
          expect(distance(state, partial)).toBeLessThan(1e-5)
          expect(multiScale.form.toLatent(partial).shape).toEqual([2, 5, 5, 4])
        }
        expect(multiScale.teacherInputs(partials).shape).toEqual([2, schedule.length - 1, 4])
      }),
    )

    it("codes a sample alike in any batch", () =>
      tf.tidy(() => {
        const multiScale = multiScaleQuantiser({ schedule, quantiser })
        const parameters = multiScale.init(randomStream(1))
        const latent = noise(2, 3)
        const together = multiScale.encode(parameters, latent)
        const alone = multiScale.encode(parameters, latent.slice([1], [1]))
        for (const [k, { tokens }] of alone.entries()) expect(distance(tokens, together[k]!.tokens.slice([1], [1]))).toBeLessThan(1e-5)
      }))

    it("leaves no tensor behind but its codes", () => {
      const multiScale = multiScaleQuantiser({ schedule, quantiser, phi: { count: 2 } })
      const parameters = multiScale.init(randomStream(1))
      const latent = noise(2)
      const run = () => {
        const codes = multiScale.encode(parameters, latent)
        const results = [multiScale.loss(latent, codes), multiScale.pass(latent, codes), multiScale.regulariser(parameters, codes)]
        for (const tensor of [...tensorsIn(codes), ...results]) tensor.dispose()
      }
      run()
      const before = tf.memory().numTensors
      run()
      expect(tf.memory().numTensors).toBe(before)
      tf.dispose([latent, ...tensorsIn(parameters)])
    })
  })

  describe("gradients", () => {
    const multiScale = multiScaleQuantiser({ schedule, quantiser: vectorQuantiser({ channels: 4, codes: 16 }), phi: { count: 1 } })
    const withGradients = (value: (latent: tf.Tensor, codebook: tf.Tensor, filter: tf.Tensor) => tf.Tensor) => {
      const { quantiser, phi } = multiScale.init(randomStream(1))
      return tf.grads((latent: tf.Tensor, codebook: tf.Tensor, filter: tf.Tensor) =>
        // a path of weight zero keeps tf.grads from refusing what is rightly cut off
        value(latent, codebook, filter).add(latent.sum().add(codebook.sum()).add(filter.sum()).mul(0)),
      )([noise(2), quantiser.codebook["0"]!, phi["0"]!.filter])
    }
    const encode = (latent: tf.Tensor, codebook: tf.Tensor, filter: tf.Tensor) =>
      multiScale.encode({ quantiser: { codebook: { "0": codebook } }, phi: { "0": { filter, bias: tf.zeros([4]) } } }, latent)

    it("reach the encoder alone through what is passed on, unchanged", () =>
      tf.tidy(() => {
        const weight = noise(9)
        const [toLatent, toCodebook, toFilter] = withGradients((latent, ...rest) =>
          multiScale
            .pass(latent, encode(latent, ...rest))
            .mul(weight)
            .sum(),
        )
        expect(distance(toLatent!, weight)).toBe(0)
        expect([largest(toCodebook!), largest(toFilter!)]).toEqual([0, 0])
      }))

    it("reach codebook and phi through the loss alone, and the encoder by beta", () =>
      tf.tidy(() => {
        const gradients = (commitment: number) =>
          withGradients((latent, ...rest) => multiScale.loss(latent, encode(latent, ...rest), { commitment }))
        const [none, quarter, half] = [0, 0.25, 0.5].map(gradients)
        expect(largest(none![0]!)).toBe(0)
        expect(distance(half![0]!, quarter![0]!.mul(2))).toBeLessThan(1e-7)
        for (const index of [1, 2]) {
          expect(largest(quarter![index]!)).toBeGreaterThan(1e-4)
          expect(distance(quarter![index]!, none![index]!)).toBe(0)
        }
        // The commitment term: mean over scales of beta * MSE(sg(f_hat_k), f)
        const { quantiser, phi } = multiScale.init(randomStream(1))
        const codes = encode(noise(2), quantiser.codebook["0"]!, phi["0"]!.filter)
        const expected = tf.addN(codes.map(({ partial }) => noise(2).sub(partial))).mul((2 * 0.25) / 4 / noise(2).size)
        expect(distance(quarter![0]!, expected)).toBeLessThan(1e-6)
      }))

    it("of a gain come from the loss, of the regulariser to the encoder", () =>
      tf.tidy(() => {
        const scaled = multiScaleQuantiser({
          schedule,
          quantiser: scaledQuantiser(bitwiseQuantiser({ channels: 4, inverseTemperature: 1 }), { gains: [1, 1, 1, 1] }),
        })
        const toGain = tf.grad((gain: tf.Tensor) =>
          scaled.loss(noise(2), scaled.encode({ quantiser: { gain, inner: {} }, phi: {} }, noise(2))),
        )
        expect(Array.from(toGain(tf.ones([4])).dataSync()).every((value) => Math.abs(value) > 1e-4)).toBe(true)
        const parameters = scaled.init(randomStream(1))
        const toLatent = tf.grad((latent: tf.Tensor) => scaled.regulariser(parameters, scaled.encode(parameters, latent)))
        expect(largest(toLatent(noise(2)))).toBeGreaterThan(1e-4)
      }))
  })

  it("works with one scale, one code and batch one", () =>
    tf.tidy(() => {
      const single = multiScaleQuantiser({
        schedule: gridSchedule([3]),
        quantiser: vectorQuantiser({ channels: 4, codes: 1 }),
        phi: { count: 4 },
      })
      expect(single.phiIndices).toEqual([0])
      const codes = single.encode(single.init(randomStream(1)), noise(1, 1, [3, 3]))
      expect(codes[0]!.tokens.shape).toEqual([1, 9])
      expect(single.teacherInputs(codes.map(({ partial }) => partial)).shape).toEqual([1, 0, 4])
    }))

  it("never disposes nor returns what it was given", () => {
    for (const form of forms) {
      const multiScale: MultiScaleQuantiser = multiScaleQuantiser({
        schedule: gridSchedule([3]),
        quantiser: identityQuantiser(4),
        form,
      })
      const latent = noise(1, 1, [3, 3])
      const codes = multiScale.encode({ quantiser: {}, phi: {} }, latent)
      for (const tensor of tensorsIn(codes)) tensor.dispose()
      expect(latent.isDisposed).toBe(false)
      latent.dispose()
    }
  })

  it("says what does not fit", () => {
    const multiScale = multiScaleQuantiser({ schedule, quantiser: identityQuantiser(4) })
    const parameters = { quantiser: {}, phi: {} }
    expect(() => multiScale.encode(parameters, tf.zeros([1, 5, 5, 3]))).toThrow(ShapeError)
    expect(() => multiScale.advanceCodes(parameters, undefined, 2, tf.zeros([1, 9, 4]))).toThrow(
      "expected code vectors [B, 4, 4] at scale 2",
    )
    expect(() => multiScale.advanceCodes(parameters, undefined, 2, tf.zeros([1, 8, 2]))).toThrow(ShapeError)
    expect(() => multiScale.encode(parameters, tf.zeros([1, 4, 4, 4]))).toThrow(/expected \[B, 5, 5, C\]/)
    expect(() => multiScale.advance(parameters, undefined, 2, tf.zeros([1, 3, 4]))).toThrow(/tokens \[B, 4\] at scale 2/)
    expect(() => multiScaleQuantiser({ schedule, quantiser: identityQuantiser(4), phi: { count: 0 } })).toThrow(/at least one phi/)
  })

  describe("bitFlips", () => {
    const multiScale = multiScaleQuantiser({ schedule, quantiser: bitwiseQuantiser({ channels: 4 }) })
    const parameters = multiScale.init(randomStream(0))
    const samples = randomStream(5).samples([0, 1, 2])

    it("changes what later scales see, not the targets of its own", () =>
      tf.tidy(() => {
        const latent = noise(4, 3)
        const clean = multiScale.encode(parameters, latent)
        const process = pyramidProcess(multiScale, parameters, { corrupt: bitFlips({ strengths: [0.5], scales: 1 }) })
        const flipped = process.trace(latent, samples)
        expect(distance(flipped[0]!.tokens, clean[0]!.tokens)).toBe(0)
        const flips = bitFlipMask(samples.fold("flips").fold(1), [3, 1, 4], { strengths: [0.5] })
        expect(largest(flips)).toBe(1)
        const sum = multiScale.advance(parameters, undefined, 1, flipBits(clean[0]!.tokens, flips))
        expect(distance(flipped[0]!.partial, sum)).toBe(0)
        // the residual of the next scale comes from the flipped sum
        const residual = multiScale.form.residual(multiScale.form.levels(latent), sum, 2)
        expect(distance(flipped[1]!.residual, residual)).toBe(0)
        expect(distance(process.targets(latent, samples)[1]!, flipped[1]!.tokens)).toBe(0)
      }))

    it("flips nothing at strength zero, everything at one", () =>
      tf.tidy(() => {
        const bits = multiScale.encode(parameters, noise(4, 3))[2]!.tokens
        expect(distance(bitFlips({ strengths: [0] })(samples)(bits, 3), bits)).toBe(0)
        const all = bitFlips({ strengths: [1] })(samples)(bits, 3)
        expect(distance(all.add(bits), tf.onesLike(bits))).toBe(0)
        expect(all.dtype).toBe("int32")
      }))

    it("draws for each sample from its own stream, and at the mean rate", () =>
      tf.tidy(() => {
        const three = bitFlipMask(samples, [3, 50, 4])
        const one = bitFlipMask(randomStream(5).samples([1]), [1, 50, 4])
        expect(distance(one, three.slice([1], [1]))).toBe(0)
        const many = randomStream(6).samples(Array.from({ length: 400 }, (_, id) => id))
        expect(Math.abs(bitFlipMask(many, [400, 25, 4]).toFloat().mean().dataSync()[0]! - 0.15)).toBeLessThan(0.015) // 3 standard errors
      }))
  })
})
