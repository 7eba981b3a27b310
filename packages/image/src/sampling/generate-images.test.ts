import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose, testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { editImages } from "../editing/edit-images.ts"
import { imageClassifier } from "../extractor/image-classifier.ts"
import { lenet } from "../extractor/lenet.ts"
import { imageLikelihood } from "../likelihood/image-likelihood.ts"
import { tinyImageModel } from "../testing/tiny-image-model.ts"
import { classifierScore } from "./classifier-score.ts"
import type { DrawnImages, DrawnPreview } from "./draw-batch.ts"
import { generateImages, type GenerateImagesOptions } from "./generate-images.ts"

async function all(options: GenerateImagesOptions): Promise<DrawnImages[]> {
  const batches: DrawnImages[] = []
  for await (const batch of generateImages(options)) batches.push(batch)
  return batches
}
const joined = (batches: DrawnImages[]): Float32Array => Float32Array.from(batches.flatMap(({ images }) => [...images]))

describe.each(await testBackends())("generateImages on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  it("draws picture i alike in any batch, guided or not, and balances classes", async () => {
    const model = tinyImageModel()
    for (const settings of [{}, { guidance: 2, topP: 0.8, smooth: true }]) {
      const whole = await all({ model, count: 7, settings, seed: 4 })
      expect(whole).toHaveLength(1)
      expect([...whole[0]!.labels]).toEqual([0, 1, 2, 0, 1, 2, 0])
      expect(whole[0]).toMatchObject({ height: 8, width: 8, channels: 1, networkCalls: "guidance" in settings ? 8 : 4 })
      expect(whole[0]!.images).toHaveLength(7 * 64)
      const parts = await all({ model, count: 7, settings, seed: 4, batch: 3 })
      expect(parts.map(({ ids }) => ids)).toEqual([[0, 1, 2], [3, 4, 5], [6]])
      // Soft codes at the sharpest softmax magnify the rounding that differs with the batch size
      const tolerance = "smooth" in settings ? 1e-3 : 1e-5
      await expectAllClose(joined(parts), joined(whole), { tolerance })
      const later = await all({ model, count: 2, settings, seed: 4, from: 4 })
      expect([...later[0]!.labels]).toEqual([1, 2])
      await expectAllClose(joined(later), joined(whole).subarray(4 * 64, 6 * 64), { tolerance })
    }
    const other = await all({ model, count: 7, seed: 5 })
    await expect(expectAllClose(joined(other), joined(await all({ model, count: 7, seed: 4 })), { tolerance: 0.1 })).rejects.toThrow(
      "deviation",
    )
    model.dispose()
  })

  it("shows a batch after each scale; the last preview is the picture, and asking changes nothing", async () => {
    const model = tinyImageModel()
    const previews: DrawnPreview[] = []
    const [drawn] = await all({ model, count: 2, labels: [1, -1], seed: 1, preview: (one) => previews.push(one) })
    expect(previews.map(({ step, steps, networkCalls }) => [step, steps, networkCalls])).toEqual(
      [1, 2, 3, 4].map((step) => [step, 4, step]),
    )
    await expectAllClose(previews[3]!.images, drawn!.images, { tolerance: 0 })
    await expectAllClose(drawn!.images, (await all({ model, count: 2, labels: [1, -1], seed: 1 }))[0]!.images, { tolerance: 1e-6 })
    expect([...drawn!.labels]).toEqual([1, -1])
    model.dispose()
  })

  it("stops between two scales, and leaves no tensor behind", async () => {
    const model = tinyImageModel()
    await all({ model, count: 2 })
    const before = tf.memory().numTensors
    await all({ model, count: 2 })
    const controller = new AbortController()
    const steps: number[] = []
    const stopped = all({
      model,
      count: 4,
      batch: 2,
      signal: controller.signal,
      preview: ({ step }) => {
        steps.push(step)
        if (steps.length === 6) controller.abort(new Error("enough"))
      },
    })
    await expect(stopped).rejects.toThrow("enough")
    expect(steps).toEqual([1, 2, 3, 4, 1, 2])
    expect(tf.memory().numTensors).toBe(before)
    model.dispose()
  })

  it("chooses by a classifier what looks most like its class", async () => {
    const model = tinyImageModel({ tokenizer: { height: 12, width: 12, grids: [1, 2, 3, 6] } })
    const network = lenet({ height: 12, width: 12, classes: 3 })
    const classifier = imageClassifier(network, network.init(randomStream(3)))
    const score = classifierScore(classifier)
    const likelihoods = (drawn: DrawnImages) =>
      tf.tidy(() => score(tf.tensor4d(drawn.images, [6, 12, 12, 1]), { label: [...drawn.labels] }).dataSync())
    const [chosen] = await all({ model, count: 6, settings: { rejection: { attempts: 4 } }, score })
    const [plain] = await all({ model, count: 6, settings: { rejection: { attempts: 1 } }, score })
    const gain = likelihoods(chosen!).map((value, row) => value - likelihoods(plain!)[row]!)
    expect(Math.min(...gain)).toBeGreaterThanOrEqual(-1e-6)
    expect(Math.max(...gain)).toBeGreaterThan(0)
    // Without a class it is that of the most probable one
    const none = tf.tidy(() => score(tf.tensor4d(chosen!.images, [6, 12, 12, 1]), {}).dataSync())
    for (const [row, value] of likelihoods(chosen!).entries()) expect(none[row]).toBeGreaterThanOrEqual(value - 1e-6)
    classifier.dispose()
    model.dispose()
  })

  it("draws, edits and scores with one scale alone", async () => {
    const model = tinyImageModel({ tokenizer: { grids: [4] } })
    const [drawn] = await all({ model, count: 1, settings: { guidance: 2, topP: 0.9 } })
    // The first scale is never guided, and there is no other
    await expectAllClose(drawn!.images, (await all({ model, count: 1, settings: { topP: 0.9 } }))[0]!.images, { tolerance: 1e-5 })
    expect((await all({ model, count: 2, settings: { smooth: true } }))[0]!.images).toHaveLength(128)
    const { tokenNats, perScale } = await imageLikelihood(model, drawn!, { labels: [0] })
    expect(perScale).toHaveLength(1)
    expect(tokenNats[0]).toBeLessThan(0)
    for await (const { networkCalls } of editImages({ model, images: drawn!, keepScales: 1 })) expect(networkCalls).toBe(0)
    model.dispose()
  })

  it("refuses classes and counts that cannot be, before anything is drawn", async () => {
    const model = tinyImageModel()
    await expect(all({ model, count: 2, labels: [3] })).rejects.toThrow("expected a class from 0 to 2, got 3; choose one of these")
    await expect(all({ model, count: 2, labels: [] })).rejects.toThrow("expected at least one class")
    await expect(all({ model, count: 0 })).rejects.toThrow("expected a whole number from 1 on as count, got 0")
    await expect(all({ model, count: 2, settings: { topP: 2 } })).rejects.toThrow("sampling.topP")
    model.dispose()
    const unconditional = tinyImageModel({ generator: { classes: 0 } })
    await expect(all({ model: unconditional, count: 1, labels: [0] })).rejects.toThrow("the model is unconditional")
    expect([...(await all({ model: unconditional, count: 2 }))[0]!.labels]).toEqual([-1, -1])
    unconditional.dispose()
  })
})
