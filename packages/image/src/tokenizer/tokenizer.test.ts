import { ConfigError, flattenParameters, randomStream, selectBackend, ShapeError, tf, type Parameters } from "@scalewise/nn"
import { checkGradient, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { tinyTokenizer } from "../testing/tiny-tokenizer.ts"
import { drawPrefixes, tokenizerLoss } from "./tokenizer-loss.ts"
import { tokenizer, type TokenizerParameters } from "./tokenizer.ts"
import type { TokenizerConfig } from "./tokenizer-config.ts"

const random = randomStream("tokenizer")
const loss = { pixel: "mse", quantiser: 0.5, commitment: 0.25, entropy: 0, perceptual: 0, prefixDropout: 0 } as const
const withAutoencoder = (change: Partial<TokenizerConfig["autoencoder"]>): TokenizerConfig => ({
  ...tinyTokenizer,
  autoencoder: { ...tinyTokenizer.autoencoder, ...change },
})

const variants: [string, TokenizerConfig][] = [
  ["the small one", tinyTokenizer],
  ["two levels without patches", withAutoencoder({ patch: 1, multipliers: [1, 2], encoderBlocks: 2, decoderBlocks: 3, groups: 2 })],
  ["attention and quantiser convolutions", withAutoencoder({ middle: "attention", coarseAttention: true, quantiserKernel: 3 })],
  [
    "codebooks of its own for each scale, own grids",
    {
      ...tinyTokenizer,
      form: "own-grid",
      quantiser: { kind: "vector", codes: 8, codebooks: "per-scale", learning: "average", metric: "cosine" },
    },
  ],
  ["bits", { ...tinyTokenizer, quantiser: { kind: "bitwise", tokens: "bits" }, phi: { count: 0, ratio: 0.5 } }],
  ["bits as ids, open loop", { ...tinyTokenizer, form: "open", quantiser: { kind: "bitwise", tokens: "ids" } }],
  ["finite scalars, symmetric range", { ...tinyTokenizer, range: "symmetric", quantiser: { kind: "finite-scalar", levels: [4, 3, 3, 2] } }],
  ["black and white pixels", { ...tinyTokenizer, likelihood: "bernoulli" }],
  ["a logistic pixel law", { ...tinyTokenizer, likelihood: "logistic", range: "symmetric" }],
  ["one scale", { ...tinyTokenizer, grids: [4] }],
]

describe.each(await testBackends())("on %s", (backend) => {
  beforeAll(async () => void (await selectBackend({ prefer: backend })))

  it.each(variants)("%s: tokens of every scale, pictures of every partial sum, no tensor left", (_, config) => {
    const made = tokenizer(config)
    const parameters = made.init(random)
    const images = random.uniform([3, 8, 8, 1])
    const look = () =>
      tf.tidy(() => {
        const targets = made.forward(parameters).targets(images, random)
        const bits = config.quantiser.kind === "bitwise" && config.quantiser.tokens === "bits"
        expect(targets.map(({ shape }) => shape)).toEqual(made.schedule.tokens.map((count) => (bits ? [3, count, 4] : [3, count])))
        for (const partial of made.multiScale.accumulate(parameters.quantiser, targets)) {
          const picture = made.render(parameters, made.multiScale.form.toLatent(partial))
          expect(picture.shape).toEqual([3, 8, 8, 1])
          const values = Array.from(picture.dataSync())
          expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
          expect(Math.max(...values)).toBeLessThanOrEqual(1)
        }
        const law = made.law(parameters, made.decode(parameters, made.encode(parameters, images)))
        expect(law === undefined).toBe(config.likelihood === "none")
        if (law) expect(law.logProb(images.round()).shape).toEqual([3])
      })
    look() // makes the matrices that are kept for every later call
    const before = tf.memory().numTensors
    look()
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose([images, ...Object.values(flattenParameters(parameters as unknown as Parameters))])
  })

  it("does not depend on the other images of a batch", () => {
    const made = tokenizer(tinyTokenizer)
    const parameters = made.init(random)
    tf.tidy(() => {
      const images = random.uniform([3, 8, 8, 1])
      const all = made.encode(parameters, images)
      const second = made.encode(parameters, images.slice([1, 0, 0, 0], [1, 8, 8, 1]))
      expect(all.slice([1, 0, 0, 0], [1, 4, 4, 4]).sub(second).abs().max().dataSync()[0]).toBeLessThan(1e-5)
    })
  })

  it("the decoder's gradient reaches the encoder, the codebook term reaches the codebook, and both are right", async () => {
    const made = tokenizer(tinyTokenizer)
    const parameters = made.init(random)
    const image = random.fold("image").uniform([2, 8, 8, 1])
    const prefix = tf.tensor1d([3, 2], "int32")
    const names = Object.keys(flattenParameters(parameters))
    // Straight-through gradients are no derivatives: the parts behind the quantiser are checked where finite differences hold
    const decoderNames = names.filter((name) => name.startsWith("decoder.") && name.endsWith("conv1.weight"))
    const { unflattenParameters } = await import("@scalewise/nn")
    const flat = flattenParameters(parameters)
    await checkGradient(
      (weight) => {
        const changed = unflattenParameters({ ...flat, [decoderNames[0]!]: weight }) as unknown as TokenizerParameters
        const result = tokenizerLoss(made, { ...loss, prefixDropout: 0.5 })(changed, { image, prefix })
        return (result as { loss: tf.Tensor }).loss
      },
      [flat[decoderNames[0]!]!],
      { probes: 3 },
    )
  })
})

describe("drawPrefixes", () => {
  it("draws one of the scales 2 .. K - 1 at the rate asked for, each sample from its own stream", () => {
    const ids = Array.from({ length: 4000 }, (_, id) => id)
    const drawn = Array.from(drawPrefixes(randomStream(1).samples(ids), { batch: 4000, scales: 5, rate: 0.3 }).dataSync())
    const share = (scale: number) => drawn.filter((one) => one === scale).length / 4000
    expect(share(1)).toBe(0)
    for (const scale of [2, 3, 4]) expect(share(scale)).toBeCloseTo(0.1, 1)
    expect(share(5)).toBeCloseTo(0.7, 1)
    const some = Array.from(drawPrefixes(randomStream(1).samples([7, 2]), { batch: 2, scales: 5, rate: 0.3 }).dataSync())
    expect(some).toEqual([drawn[7], drawn[2]])
    const two = drawPrefixes(randomStream(1).samples(ids), { batch: 4000, scales: 2, rate: 1 })
    expect(new Set(two.dataSync())).toEqual(new Set([2]))
  })
})

describe("settings that do not fit", () => {
  it.each<[TokenizerConfig, RegExp]>([
    [{ ...tinyTokenizer, height: 9 }, /tokenizer\.height: expected a multiple of the stride 2, got 9/],
    [{ ...tinyTokenizer, grids: [1, 2, 3] }, /tokenizer\.grids: expected to end with the latent grid 4x4, got 3x3/],
    [withAutoencoder({ groups: 3 }), /autoencoder\.groups: expected to divide the widths 8, got 3/],
    [withAutoencoder({ quantiserKernel: 2 }), /quantiserKernel: expected 0 or an odd side, got 2/],
    [{ ...tinyTokenizer, quantiser: { kind: "finite-scalar", levels: [3] } }, /one for each of the 4 latent channels, got 1/],
  ])("are refused by name", (config, message) => {
    expect(() => tokenizer(config)).toThrow(ConfigError)
    expect(() => tokenizer(config)).toThrow(message)
  })

  it("images of another size are refused with both sizes", () => {
    const made = tokenizer(tinyTokenizer)
    const parameters = made.init(random)
    expect(() => made.encode(parameters, tf.zeros([4, 32, 32, 3]))).toThrow(ShapeError)
    expect(() => made.encode(parameters, tf.zeros([4, 32, 32, 3]))).toThrow(
      "image tokenizer encode: expected [B, 8, 8, 1], got [4, 32, 32, 3]",
    )
  })
})
