import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import type { ImageSet } from "../extractor/image-set.ts"
import type { DrawnImages } from "../sampling/draw-batch.ts"
import { tinyImageModel } from "../testing/tiny-image-model.ts"
import { editImages, type EditImagesOptions } from "./edit-images.ts"
import { enlargeImages } from "./enlarge-images.ts"
import { interpolateImages } from "./interpolate-images.ts"
import { reconstructImages } from "./reconstruct-images.ts"

const set = (count: number, side = 8): ImageSet => ({
  images: randomStream("pictures").uniformValues([count, side * side]),
  height: side,
  width: side,
  channels: 1,
})
const one = (all: ImageSet, index: number): ImageSet => ({ ...all, images: all.images.subarray(index * 64, (index + 1) * 64) })
const half = { height: 8, width: 8, values: Float32Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? 0 : 1)) }

async function all(options: EditImagesOptions): Promise<DrawnImages[]> {
  const batches: DrawnImages[] = []
  for await (const batch of editImages(options)) batches.push(batch)
  return batches
}
const joined = (batches: DrawnImages[]): Float32Array => Float32Array.from(batches.flatMap(({ images }) => [...images]))

beforeAll(async () => {
  await selectBackend()
})

describe("editImages", () => {
  it("edits picture i alike in any batch, and leaves no tensor behind", async () => {
    const model = tinyImageModel()
    const options = { model, images: set(5), mask: half, labels: [0, 1, 2, 0, 1], settings: { guidance: 1 }, seed: 3 }
    const whole = await all(options)
    const before = tf.memory().numTensors
    await all(options)
    expect(tf.memory().numTensors).toBe(before)
    const parts = await all({ ...options, batch: 2 })
    expect(parts.map(({ ids, labels }) => [ids, [...labels]])).toEqual([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [2, 3],
        [2, 0],
      ],
      [[4], [1]],
    ])
    await expectAllClose(joined(parts), joined(whole), { tolerance: 1e-4 })
    model.dispose()
  })

  it("pastes the given pixels back where the mask keeps them", async () => {
    const model = tinyImageModel()
    const images = set(3)
    const latentMask = { height: 4, width: 4, values: Float32Array.from({ length: 16 }, (_, at) => (at % 4 < 2 ? 0 : 1)) }
    for (const mask of [half, latentMask]) {
      const plain = joined(await all({ model, images, mask, seed: 1, batch: 2 }))
      const pasted = joined(await all({ model, images, mask, seed: 1, batch: 2, paste: true }))
      for (let at = 0; at < pasted.length; at++) expect(pasted[at]).toBe(at % 8 < 4 ? images.images[at] : plain[at])
    }
    model.dispose()
  })

  it("refuses what does not fit, in one sentence", async () => {
    const model = tinyImageModel()
    await expect(all({ model, images: set(1, 6) })).rejects.toThrow("expected pictures of 8 x 8 x 1, got 6 x 6 x 1")
    await expect(all({ model, images: set(1), mask: { ...half, height: 4 } })).rejects.toThrow("mask: expected 8 x 8 pixels")
    await expect(all({ model, images: set(3), labels: [0, 1] })).rejects.toThrow("expected one class, or one for each of 3 pictures, got 2")
    await expect(all({ model, images: set(1), labels: [7] })).rejects.toThrow("expected a class from 0 to 2, got 7")
    await expect(all({ model, images: set(1), keepScales: -1 })).rejects.toThrow("expected 0 to 4 scales to keep, got -1")
    model.dispose()
  })
})

describe("reconstruction, super-resolution and interpolation", () => {
  it("keeping all scales, by the generator's process, is the reconstruction after the last scale", async () => {
    const model = tinyImageModel()
    const images = set(3)
    const perScale = await reconstructImages({ model, images, batch: 2 })
    expect(perScale.map(({ length }) => length)).toEqual([192, 192, 192, 192])
    await expectAllClose(joined(await all({ model, images, keepScales: 4 })), perScale[3]!, { tolerance: 1e-5 })
    const previews: Float32Array[] = []
    await all({ model, images, keepScales: 4, preview: (preview) => previews.push(preview.images) })
    for (const [index, preview] of previews.entries()) await expectAllClose(preview, perScale[index]!, { tolerance: 1e-5 })
    model.dispose()
  })

  it("super-resolution keeps the coarse scales that a small picture fills", async () => {
    const model = tinyImageModel()
    const small = set(2, 4)
    const enlarged = await enlargeImages(model, small)
    expect(enlarged).toMatchObject({ height: 8, width: 8, channels: 1, scales: 2 })
    expect((await enlargeImages(model, set(1, 1))).scales).toBe(1)
    expect((await enlargeImages(model, set(1, 8))).scales).toBe(4)
    const previews: Float32Array[] = []
    const drawn = await all({ model, images: enlarged, keepScales: enlarged.scales, preview: ({ images }) => previews.push(images) })
    const perScale = await reconstructImages({ model, images: enlarged })
    await expectAllClose(previews[1]!, perScale[1]!, { tolerance: 1e-5 })
    expect(drawn[0]!.networkCalls).toBe(2)
    model.dispose()
  })

  it("interpolates between two reconstructions, and mixes the coarse scales of one with the fine ones of the other", async () => {
    const model = tinyImageModel()
    const images = set(2)
    const [first, second] = [one(images, 0), one(images, 1)]
    const frames = await interpolateImages({ model, first, second, weights: [0, 0.5, 1, [0, 0, 1, 1]] })
    const [, , , whole] = (await reconstructImages({ model, images })) as [Float32Array, Float32Array, Float32Array, Float32Array]
    await expectAllClose(frames.subarray(0, 64), whole.subarray(0, 64), { tolerance: 1e-5 })
    await expectAllClose(frames.subarray(128, 192), whole.subarray(64), { tolerance: 1e-5 })
    const { tokenizer, tokenizerParameters: parameters } = model
    const mixed = tf.tidy(() => {
      const x = tf.tensor4d(images.images, [2, 8, 8, 1])
      const codes = tokenizer.multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, x))
      const row = (index: number) => codes.map(({ tokens }) => tf.slice(tokens, [index, 0], [1, -1]))
      const tokens = [...row(0).slice(0, 2), ...row(1).slice(2)]
      return tokenizer.render(parameters, tokenizer.multiScale.accumulate(parameters.quantiser, tokens).at(-1)!)
    })
    await expectAllClose(frames.subarray(192), Float32Array.from(await mixed.data()), { tolerance: 1e-5 })
    await expect(interpolateImages({ model, first, second, weights: [[0, 1]] })).rejects.toThrow(
      "expected a number for each of the 4 scales",
    )
    await expect(interpolateImages({ model, first: images, second, weights: [0] })).rejects.toThrow(
      "expected one picture on each side, got 2",
    )
    model.dispose()
  })
})
