import { refine, sample } from "@scalewise/core"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { samplingProcess } from "../sampling/sampling-process.ts"
import { checkImageProcess } from "../testing/check-image-process.ts"
import { tinyImageModel, tinyVariants, type TinyImageModelOptions } from "../testing/tiny-image-model.ts"
import type { ImageModel } from "../model/image-model.ts"
import { keepTokens, type KeepTokensOptions } from "./keep-tokens.ts"
import { scaleMasks } from "./scale-masks.ts"

const models: [string, TinyImageModelOptions][] = [
  ["ids", {}],
  ["bits on a growing grid", tinyVariants["bits on a growing grid"]!],
  ["first-order context", { generator: { context: "previous" } }],
]
const size = { height: 8, width: 8 }
/** The right half is drawn. */
const half = { ...size, values: Float32Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? 0 : 1)) }
const everything = { ...size, values: new Float32Array(64).fill(1) }
const nothing = { ...size, values: new Float32Array(64) }

const pictures = (count: number) =>
  randomStream("pictures")
    .samples(Array.from({ length: count }, (_, id) => id))
    .uniform([count, 8, 8, 1])

function given(model: ImageModel, count: number) {
  const { tokenizer, tokenizerParameters: parameters } = model
  const images = pictures(count)
  const latent = tokenizer.encode(parameters, images)
  const tokens = tokenizer.forward(parameters).targets(images, randomStream(0))
  const keeping = (options: Pick<KeepTokensOptions, "kept" | "method">) =>
    keepTokens(model.process, { multiScale: tokenizer.multiScale, quantiser: parameters.quantiser, latent, ...options })
  return { tokens, latent, keeping }
}

const masks = (model: ImageModel, mask: typeof half, keepScales = 0) =>
  scaleMasks(mask, { schedule: model.tokenizer.schedule, size: [8, 8], keepScales })

/** The draws of each step. */
async function drawsOf(process: ReturnType<typeof keepTokens>, batch: number, seed = 1): Promise<tf.Tensor[]> {
  const draws: tf.Tensor[] = []
  const watched: typeof process = {
    ...process,
    advance(state, step, draw, prediction) {
      draws.push(tf.keep(draw.clone()))
      return process.advance(state, step, draw, prediction)
    },
  }
  for await (const { step } of refine(watched, { batch, condition: {}, seed })) expect(step).toBeGreaterThan(0)
  return draws
}

describe.each(await testBackends())("keepTokens on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  describe.each(models)("of %s", (_, options) => {
    it("keeps the picture's own tokens where the mask says so, and draws the others", async () => {
      const model = tinyImageModel(options)
      const { tokens, keeping } = given(model, 3)
      const kept = masks(model, half, 1)
      const free = await drawsOf(model.process, 3)
      const draws = await drawsOf(keeping({ kept, method: "replace" }), 3)
      let changed = 0
      for (const [index, draw] of draws.entries()) {
        const [own, mine, others] = [tokens[index]!, draw, free[index]!].map((one) => one.arraySync() as (number | number[])[][])
        for (const [b, row] of own!.entries())
          for (const [site, token] of row.entries())
            if (kept[index]![site] === 1) expect(mine![b]![site]).toEqual(token)
            else if (String(mine![b]![site]) !== String(token)) changed++
        if (index === 0) expect(others).not.toEqual(own)
      }
      expect(changed).toBeGreaterThan(5)
      model.dispose()
    })

    it.each(["replace", "re-encode"] as const)(
      "with everything kept it is the reconstruction, without a network call (%s)",
      async (method) => {
        const model = tinyImageModel(options)
        const { tokens, keeping, latent } = given(model, 2)
        const process = keeping({ kept: masks(model, nothing), method })
        for (const [index, draw] of (await drawsOf(process, 2)).entries()) await expectAllClose(draw, tokens[index]!, { tolerance: 0 })
        let calls = -1
        for await (const { networkCalls } of refine(process, { batch: 2, condition: {} })) calls = networkCalls
        expect(calls).toBe(0)
        const { tokenizer, tokenizerParameters: parameters } = model
        const codes = tokenizer.multiScale.encode(parameters.quantiser, latent)
        const expected = tokenizer.render(parameters, tokenizer.multiScale.form.toLatent(codes.at(-1)!.partial))
        await expectAllClose(await sample(process, { batch: 2, condition: {} }), expected, { tolerance: 1e-5 })
        model.dispose()
      },
    )

    it("with nothing kept it is the model's own process", async () => {
      const model = tinyImageModel(options)
      const { keeping } = given(model, 2)
      const run = { batch: 2, condition: {}, seed: 6 }
      await expectAllClose(await sample(keeping({ kept: masks(model, everything) }), run), await sample(model.process, run), {
        tolerance: 0,
      })
      model.dispose()
    })

    it("takes leading scales up in one pass, which predicts what a call for each would have", async () => {
      const model = tinyImageModel(options)
      const { tokens, keeping } = given(model, 2)
      const process = keeping({ kept: masks(model, everything, 2) })
      expect([1, 2, 3, 4].map((step) => process.networkCalls!(step))).toEqual([0, 0, 1, 1])
      const draws = await drawsOf(process, 2)
      // The same by force: the model's own process, with the first two draws put in its way
      const forced: typeof model.process = {
        ...model.process,
        advance: (state, step, draw, prediction) => model.process.advance(state, step, step <= 2 ? tokens[step - 1]! : draw, prediction),
      }
      const expected = await sample(forced, { batch: 2, condition: {}, seed: 1 })
      await expectAllClose(await sample(process, { batch: 2, condition: {}, seed: 1 }), expected, { tolerance: 1e-5 })
      for (const index of [0, 1]) await expectAllClose(draws[index]!, tokens[index]!, { tolerance: 0 })
      model.dispose()
    })
  })

  it("keeps the promises of a process, alone and inside guidance, filters and soft codes", async () => {
    const model = tinyImageModel()
    const { tokenizer, tokenizerParameters: parameters } = model
    const latent = tokenizer.encode(parameters, pictures(1))
    const keeping = keepTokens(model.processWith({ mode: "eager" }), {
      multiScale: tokenizer.multiScale,
      quantiser: parameters.quantiser,
      latent,
      kept: masks(model, half, 1),
    })
    await checkImageProcess(keeping)
    const process = samplingProcess(model, { guidance: 2, temperature: 0.7, topK: 3, topP: 0.9 }, { process: keeping })
    await checkImageProcess(process, (ids) => ids.map((id) => id % 3))
    const soft = samplingProcess(model, { smooth: true, guidance: 1 }, { process: keeping })
    expect((await sample(soft, { batch: 2, condition: { label: 1 } })).shape).toEqual([2, 8, 8, 1])
    model.dispose()
  })

  it("refuses masks and pictures that do not fit", async () => {
    const model = tinyImageModel()
    const { keeping } = given(model, 2)
    const kept = masks(model, half)
    expect(() => keeping({ kept: kept.slice(1) })).toThrow("expected one mask for each of the 4 scales, got 3")
    expect(() => keeping({ kept: [...kept.slice(0, 3), new Float32Array(9)] })).toThrow("expected 16 sites in the mask of scale 4, got 9")
    await expect(sample(keeping({ kept }), { batch: 3, condition: {} })).rejects.toThrow("one for each of 3 samples, got 2")
    model.dispose()
  })
})

describe("scaleMasks", () => {
  it("brings a mask of the picture or of its latent to each grid, by the mean of what a site covers", async () => {
    await selectBackend({ prefer: "cpu" })
    const model = tinyImageModel()
    expect(masks(model, half).map((mask) => [...mask])).toEqual([
      [1], // just one half
      [1, 0, 1, 0],
      [1, 1, 0, 1, 1, 0, 1, 1, 0], // the middle column is one half
      [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0],
    ])
    const latent = { height: 4, width: 4, values: Float32Array.from({ length: 16 }, (_, at) => (at % 4 < 2 ? 0 : 1)) }
    expect(masks(model, latent)).toEqual(masks(model, half))
    const options = { schedule: model.tokenizer.schedule, size: [8, 8] as const }
    expect([...scaleMasks(half, { ...options, threshold: 0.4 })[0]!]).toEqual([0])
    expect(scaleMasks(everything, { ...options, keepScales: 2 }).map((mask) => mask[0])).toEqual([1, 1, 0, 0])
    expect(() => scaleMasks({ ...half, width: 9 }, options)).toThrow(
      "mask: expected 8 x 8 pixels, as the picture has, or the 4 x 4 sites of its latent, got 8 x 9",
    )
    expect(() => scaleMasks(half, { ...options, keepScales: 5 })).toThrow("expected 0 to 4 scales to keep, got 5")
    model.dispose()
  })
})
