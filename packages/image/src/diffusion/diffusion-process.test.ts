import { refine, sample } from "@scalewise/core"
import { ConfigError, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ImageDiffusionConfig } from "./diffusion-config.ts"
import { diffusionProcess, type DiffusionSampler } from "./diffusion-process.ts"
import { imageDiffusion, type ImageDiffusion } from "./image-diffusion.ts"
import { unet } from "./unet.ts"

const backends = await testBackends()
const samplers: readonly DiffusionSampler[] = ["ddpm", "ddim", "dpm-solver"]
const random = randomStream("diffusion-process")
const config: ImageDiffusionConfig = {
  network: { height: 5, width: 4, channels: 2, classes: 3, widths: [8, 12], depth: 1, context: 16, groups: 4 },
  levels: 200,
  space: "pixels",
}

/** An untrained network that does not predict 0. */
function modelOf(given: ImageDiffusionConfig = config): ImageDiffusion {
  const parameters = unet(given.network).init(random.fold("parameters"))
  const weight = tf.mul(random.fold("leave").normal(parameters.leave.weight.shape), 0.2)
  return imageDiffusion({ config: given, parameters: { ...parameters, leave: { ...parameters.leave, weight } }, deviation: 3 })
}

describe.each(backends)("diffusionProcess on %s", (prefer) => {
  beforeAll(() => selectBackend({ prefer }))
  let model: ImageDiffusion
  beforeAll(() => {
    model = modelOf()
  })
  afterAll(() => model.dispose())

  it.each(samplers)("%s: sample id i is the same in any batch", async (sampler) => {
    const process = diffusionProcess(model, { sampler, steps: 6 })
    const label = [0, 1, 2, 0, 1, 2, -1]
    const all = await sample(process, { batch: 7, condition: { label }, seed: 3 })
    expect(all.shape).toEqual([7, 5, 4, 2])
    const [least, most] = [Math.min(...all.dataSync()), Math.max(...all.dataSync())]
    expect(least).toBeGreaterThanOrEqual(0)
    expect(most).toBeLessThanOrEqual(1)
    expect(most - least).toBeGreaterThan(0.5)
    const some = await sample(process, { batch: [5, 2], condition: { label: [2, 2] }, seed: 3 })
    await expectAllClose(some, tf.gather(all, tf.tensor1d([5, 2], "int32")), { tolerance: 2e-4 })
    const none = await sample(process, { batch: [6], condition: {}, seed: 3 })
    await expectAllClose(none, tf.gather(all, tf.tensor1d([6], "int32")), { tolerance: 2e-4 })
  })
})

describe("diffusionProcess", () => {
  beforeAll(() => selectBackend())

  it("runs compiled where it can, counts its calls and keeps no tensor", async () => {
    const model = modelOf()
    const process = diffusionProcess(model, { steps: 5 })
    const twice = diffusionProcess(model, { steps: 5, guidance: 0.5 })
    const countCalls = async (of: typeof process): Promise<number> => {
      let calls = 0
      for await (const { networkCalls } of refine(of, { batch: 2, condition: { label: 1 }, seed: 1 })) calls = networkCalls
      return calls
    }
    expect([await countCalls(process), await countCalls(twice)]).toEqual([5, 10])
    expect([model.predict.mode, model.predict.fallbackReason]).toEqual(
      backends.includes("native") ? ["captured", undefined] : ["eager", expect.any(String)],
    )
    const before = tf.memory().numTensors
    await countCalls(process)
    await countCalls(twice)
    expect(tf.memory().numTensors).toBe(before)
    model.dispose()
  })

  it("guidance of 0 changes nothing; more of it moves away from the null class", async () => {
    const model = modelOf()
    const draw = (guidance?: number, label?: number) =>
      sample(diffusionProcess(model, { steps: 6, ...(guidance !== undefined && { guidance }) }), {
        batch: 3,
        condition: { label },
        seed: 2,
      })
    const plain = await draw(undefined, 1)
    await expectAllClose(await draw(0, 1), plain, { tolerance: 1e-5 })
    const far = tf
      .sub(await draw(2, 1), plain)
      .abs()
      .max()
      .dataSync()[0]!
    expect(far).toBeGreaterThan(1e-3)
    await expectAllClose(await draw(2), await draw(), { tolerance: 1e-5 })
    model.dispose()
  })

  it("reads out latents through the decoder, in the unit of the tokenizer", async () => {
    const model = modelOf({ ...config, space: "latents" })
    const seen: tf.Tensor[] = []
    const decode = (latents: tf.Tensor): tf.Tensor => {
      seen.push(tf.keep(latents.clone()))
      return tf.add(tf.mul(latents, 100), 0.5)
    }
    const process = diffusionProcess(model, { steps: 4, coder: { decode } })
    let x: tf.Tensor | undefined
    for await (const { step, state } of refine(process, { batch: 2, condition: {}, seed: 4 }))
      if (step === 4) {
        const images = process.readout(state)
        expect([Math.min(...images.dataSync()), Math.max(...images.dataSync())]).toEqual([0, 1])
        x = (state as tf.Tensor).clone()
      }
    await expectAllClose(seen[0]!, tf.mul(x!, 3), { tolerance: 1e-5 })
    model.dispose()
  })

  it("says what it cannot do", async () => {
    const model = modelOf()
    const draw = (label: number | number[]) => sample(diffusionProcess(model, { steps: 2 }), { batch: 2, condition: { label } })
    await expect(draw(3)).rejects.toThrow(ConfigError)
    await expect(draw([0])).rejects.toThrow(ShapeError)
    expect(() => diffusionProcess(model, { steps: 201 })).toThrow(/expected 1 to 200 levels, got 201/)
    expect(() => diffusionProcess(modelOf({ ...config, space: "latents" }))).toThrow(/coder/)
    const plain = modelOf({ ...config, network: { ...config.network, classes: 0 } })
    expect(() => diffusionProcess(plain, { guidance: 1 })).toThrow(/unconditional/)
    for (const one of [model, plain]) one.dispose()
  })
})
