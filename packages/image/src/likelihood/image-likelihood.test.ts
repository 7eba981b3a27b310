import { bitsPerDimension, likelihoodBound, logLikelihood, tokenLogLikelihood } from "@scalewise/core"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { nextScaleProcess } from "../generator/next-scale-process.ts"
import { imageModel, type ImageModel } from "../model/image-model.ts"
import { tinyImageModel, tinyVariants } from "../testing/tiny-image-model.ts"
import { imageLikelihood } from "./image-likelihood.ts"

const labels = [0, 2, -1]
const grey = randomStream("pictures").uniformValues([3, 64])
const setOf = (images: Float32Array) => ({ images, height: 8, width: 8, channels: 1 })
const tensorOf = (images: Float32Array) => tf.tensor4d(images, [3, 8, 8, 1])

/** The model's process with the decoder's own numbers as readout. */
const decoding = ({ tokenizer, tokenizerParameters, transformer, generatorParameters }: ImageModel) =>
  nextScaleProcess({
    transformer: transformer!,
    generator: generatorParameters!,
    multiScale: tokenizer.multiScale,
    quantiser: tokenizerParameters.quantiser,
    render: (latent) => tokenizer.decode(tokenizerParameters, latent),
  })

describe.each(await testBackends())("imageLikelihood on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  it.each(["VAR", "first-order context and a window", "bits on a growing grid"])(
    "is the chain's likelihood, in one pass (%s)",
    async (name) => {
      const model = tinyImageModel(tinyVariants[name])
      const { tokenNats, perScale, bound } = await imageLikelihood(model, setOf(grey), { labels })
      const chain = logLikelihood(model, tensorOf(grey), { condition: { label: labels } })
      await expectAllClose(tokenNats, chain.nats, { tolerance: 1e-4 })
      await expectAllClose(Float32Array.from(perScale.flatMap((row) => [...row])), await chain.perScale.data(), { tolerance: 1e-4 })
      expect(bound).toBeUndefined()
      const [first, second] = [await imageLikelihood(model, setOf(grey), { labels, batch: 2 }), await imageLikelihood(model, setOf(grey))]
      await expectAllClose(first.tokenNats, tokenNats, { tolerance: 1e-5 })
      // The class matters, and no class is the third picture's own condition
      expect(Math.abs(second.tokenNats[0]! - tokenNats[0]!)).toBeGreaterThan(0.1)
      expect(second.tokenNats[2]).toBeCloseTo(tokenNats[2]!, 3)
      model.dispose()
    },
  )

  it("adds up to one over all tokens of a scale", async () => {
    const model = tinyImageModel({ tokenizer: { grids: [1, 4] } })
    const [first, ...rest] = model.tokenizer.forward(model.tokenizerParameters).targets(tensorOf(grey), randomStream(0))
    let total = 0
    for (let token = 0; token < 12; token++) {
      const targets = [tf.mul(tf.onesLike(first!), token), ...rest].map((one) => tf.cast(one, "int32"))
      const { perScale } = tokenLogLikelihood(model.process, targets, { condition: { label: 1 } })
      total += Math.exp((await perScale.data())[0]!)
    }
    expect(total).toBeCloseTo(1, 4)
    model.dispose()
  })

  it.each(["logistic", "bernoulli"] as const)("bounds the pixels where the decoder is %s", async (likelihood) => {
    const model = tinyImageModel({ tokenizer: { likelihood } })
    const images = likelihood === "bernoulli" ? grey.map(Math.round) : grey.map((value) => Math.round(value * 255) / 255)
    const { tokenNats, bound } = await imageLikelihood(model, setOf(images), { labels, batch: 2 })
    const process = decoding(model)
    const { tokenizer, tokenizerParameters: parameters } = model
    const expected = likelihoodBound({ forward: model.forward, process }, tensorOf(images), {
      condition: { label: labels },
      decoder: (output) => tokenizer.law(parameters, output)!,
    })
    await expectAllClose(tokenNats, expected.tokenNats, { tolerance: 1e-4 })
    await expectAllClose(bound!.decoderNats, expected.decoderNats, { tolerance: 1e-4 })
    await expectAllClose(bound!.lowerBoundNats, expected.lowerBoundNats, { tolerance: 1e-4 })
    await expectAllClose(bound!.bitsPerDimensionAtMost, bitsPerDimension(expected, 64), { tolerance: 1e-4 })
    process.dispose()
    model.dispose()
  })

  it("refuses what has no likelihood", async () => {
    const model = tinyImageModel({ tokenizer: { likelihood: "bernoulli" } })
    await expect(imageLikelihood(model, setOf(grey))).rejects.toThrow("expected pixels 0 or 1")
    await expect(imageLikelihood(model, setOf(grey.map(Math.round)), { labels: [0, 1, 3] })).rejects.toThrow(
      "expected a class from 0 to 2, got 3",
    )
    const { config, tokenizerParameters } = model
    const tokenizerAlone = imageModel({ config: { tokenizer: config.tokenizer }, tokenizerParameters })
    await expect(imageLikelihood(tokenizerAlone, setOf(grey.map(Math.round)))).rejects.toThrow("found a tokenizer alone")
    model.dispose()
  })
})
