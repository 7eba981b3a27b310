import { reconstructLaplacian, sample } from "@scalewise/core"
import {
  countParameters,
  disposeParameters,
  randomStream,
  residentDataset,
  selectBackend,
  tf,
  type Loss,
  type Parameters,
} from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { bandKernels, highBand } from "./bands.ts"
import { coarseToFine } from "./coarse-to-fine.ts"
import { mlp, mlpSize } from "./mlp.ts"
import { trainModel } from "./train-model.ts"

beforeAll(async () => void (await selectBackend()))

const side = 8
const pixels = side * side
const budget = mlpSize({ inputs: pixels, hidden: 24, outputs: pixels })
const clean = randomStream(1).uniformValues([96, pixels])
const noise = randomStream(2).normalValues([96, pixels])
const noisy = clean.map((value, i) => value + 0.3 * noise[i]!)

async function train<P extends Parameters>(loss: Loss<P>, parameters: P): Promise<P> {
  const training = trainModel({
    loss,
    parameters,
    dataset: residentDataset({ noisy: { values: noisy, shape: [pixels] }, clean: { values: clean, shape: [pixels] } }),
    epochs: 2,
    batch: 32,
    rate: 1e-3,
    weightDecay: 1e-4,
    random: randomStream(3),
    evaluationsPerEpoch: 1,
    evaluate: () => 0,
    settings: { clock: () => 0 },
  })
  for (;;) {
    const { done, value } = await training.next()
    if (done) return value.parameters
  }
}

describe("coarseToFine", () => {
  it("with one level is the single-shot denoiser, to the last bit, before and after training", async () => {
    const single = mlp({ inputs: pixels, hidden: 24, outputs: pixels })
    const one = coarseToFine({ side, depth: 1, budget, context: "predicted" })
    expect(one.hidden).toBe(24)
    const random = randomStream(7)
    const singleStart = single.init(random.fold(1))
    const oneStart = one.init(random)
    const singleEnd = await train((p, { noisy, clean }) => tf.mean(tf.squaredDifference(single.apply(p, noisy!), clean!)), singleStart)
    const oneEnd = await train(one.loss, oneStart)
    const x = tf.tensor2d(noisy, [96, pixels])
    for (const [a, b] of [
      [singleStart, oneStart],
      [singleEnd, oneEnd],
    ] as const) {
      const expected = tf.tidy(() => single.apply(a, x)) // read outside of tidy, which would look for tensors in every element
      const output = await sample(one.backward(b), { batch: 96, condition: x, greedy: true })
      expect(output.dataSync()).toEqual(expected.dataSync())
      tf.dispose([output, expected])
    }
    const [start, end] = [singleStart, singleEnd].map((p) =>
      tf.tidy(() => tf.mean(tf.squaredDifference(single.apply(p, x), tf.tensor2d(clean, [96, pixels]))).dataSync()[0]!),
    )
    expect(end!).toBeLessThan(start!) // it did train
    x.dispose()
    for (const p of [singleStart, oneStart, singleEnd, oneEnd]) disposeParameters(p)
  })

  it.each([2, 3])("holds as many parameters with %i levels, within a hundredth", (depth) => {
    const large = mlpSize({ inputs: 784, hidden: 512, outputs: 784 })
    const parameters = coarseToFine({ side: 28, depth, budget: large, context: "truth" }).init(randomStream(1))
    expect(Math.abs(countParameters(parameters) / large - 1)).toBeLessThan(0.01)
    disposeParameters(parameters)
  })

  it("trains each level on its band: with the truth as context, perfect residuals give loss 0", async () => {
    const model = coarseToFine({ side, depth: 3, budget: mlpSize({ inputs: pixels, hidden: 160, outputs: pixels }), context: "truth" })
    const x = tf.tensor4d(clean, [96, side, side, 1])
    const bands = model.forward.targets(x, randomStream(1))
    expect(bands.map((band) => band.shape[1])).toEqual([2, 4, 8])
    const back = reconstructLaplacian(bands, model.schedule, bandKernels("binomial"))
    expect(tf.tidy(() => tf.max(tf.abs(tf.sub(back, x))).dataSync()[0])).toBeLessThan(1e-6)
    tf.dispose([x, back, ...bands])
  })

  it("differs between the two contexts only after the first level, and lets no gradient cross levels", () => {
    const before = tf.memory().numTensors
    const inputs = { noisy: tf.tensor2d(noisy, [96, pixels]), clean: tf.tensor2d(clean, [96, pixels]) }
    for (const context of ["truth", "predicted"] as const) {
      const model = coarseToFine({ side, depth: 2, budget: mlpSize({ inputs: pixels, hidden: 160, outputs: pixels }), context })
      const parameters = model.init(randomStream(5))
      // Only level 2's error depends on level 2's network; level 1's gradient must not see level 2's error.
      const { step1, step2 } = parameters
      const gradient = tf.tidy(() =>
        tf.grad((weight) => model.loss({ step1: { ...step1!, output: { ...step1!.output, weight } }, step2: step2! }, inputs) as tf.Scalar)(
          step1!.output.weight,
        ),
      )
      const louder = tf.tidy(() => {
        const output = { ...step2!.output, weight: tf.mul(step2!.output.weight, 3) }
        return tf.grad(
          (weight) =>
            model.loss({ step1: { ...step1!, output: { ...step1!.output, weight } }, step2: { ...step2!, output } }, inputs) as tf.Scalar,
        )(step1!.output.weight)
      })
      expect(louder.dataSync()).toEqual(gradient.dataSync())
      tf.dispose([louder, gradient])
      disposeParameters(parameters)
    }
    tf.dispose(inputs)
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 8) // resampling matrices are cached once
  })

  it("refuses a side that cannot be halved so often", () => {
    expect(() => coarseToFine({ side: 28, depth: 4, budget, context: "truth" })).toThrow(/halved 3 times, got 28/)
  })
})

describe("highBand", () => {
  it("is empty for flat images and holds what blurring removes", () => {
    const kernels = bandKernels("binomial")
    tf.tidy(() => {
      expect(tf.max(tf.abs(highBand(tf.fill([1, side, side, 1], 0.7), kernels))).dataSync()[0]).toBeLessThan(1e-6)
      const checkerboard = tf.tensor4d(
        Float32Array.from({ length: pixels }, (_, i) => (i + Math.floor(i / side)) % 2),
        [1, side, side, 1],
      )
      const inner = tf.slice(highBand(checkerboard, kernels), [0, 2, 2, 0], [1, 4, 4, 1])
      expect(tf.max(tf.abs(tf.sub(tf.abs(inner), 0.5))).dataSync()[0]).toBeLessThan(0.01)
    })
  })
})
