import { ConfigError, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { augmentImages } from "./augment-images.ts"

const [height, width, channels] = [5, 6, 2]
const each = height * width * channels
/** Every value of every image is another one, none is 0. */
const pixels = (batch: number, from = 1) => tf.range(from, from + batch * each).reshape([batch, height, width, channels])
const rows = async (image: tf.Tensor) => {
  const data = await image.data()
  return Array.from({ length: data.length / each }, (_, b) => Array.from(data.subarray(b * each, (b + 1) * each)))
}

/** The image moved and mirrored by plain loops. */
function moved(image: readonly number[], down: number, right: number, flip: boolean): number[] {
  const result = image.map(() => 0)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const [toY, toX] = [y + down, (flip ? width - 1 - x : x) + right]
        if (toY >= 0 && toY < height && toX >= 0 && toX < width)
          result[(toY * width + toX) * channels + c] = image[(y * width + x) * channels + c]!
      }
  return result
}

describe.each(await testBackends())("augmentImages on %s", (backend) => {
  beforeAll(async () => void (await selectBackend({ prefer: backend })))

  it("does to a sample what its stream says, whatever else is in the batch", async () => {
    const random = randomStream(5).fold("epoch").fold(0)
    const image = pixels(4)
    const all = await rows(augmentImages(image, random.samples([10, 11, 12, 13]), { flip: true, shift: 2 }))
    const swapped = tf.gather(image, [2, 0])
    expect(await rows(augmentImages(swapped, random.samples([12, 10]), { flip: true, shift: 2 }))).toEqual([all[2], all[0]])
    const next = randomStream(5).fold("epoch").fold(1)
    expect(await rows(augmentImages(image, next.samples([10, 11, 12, 13]), { flip: true, shift: 2 }))).not.toEqual(all)
  })

  it("moves by whole pixels up to the shift in both directions, mirrors half, and fills with black", async () => {
    const count = 400
    const image = pixels(1).tile([count, 1, 1, 1])
    const [original] = await rows(pixels(1))
    const ids = Array.from({ length: count }, (_, i) => i)
    const results = await rows(augmentImages(image, randomStream(1).samples(ids), { flip: true, shift: 1 }))
    const candidates = [false, true].flatMap((flip) =>
      [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => ({ flip, values: moved(original!, down, right, flip).join() }))),
    )
    const counts = new Map(candidates.map(({ values }) => [values, 0]))
    for (const result of results) {
      expect(counts.has(result.join())).toBe(true)
      counts.set(result.join(), counts.get(result.join())! + 1)
    }
    // 18 equally likely outcomes: 22.2 of each on average, standard deviation 4.6.
    for (const n of counts.values()) expect(Math.abs(n - count / 18)).toBeLessThan(4.5 * 4.6)
  })

  it("changes nothing where nothing is asked for, and keeps no tensor", async () => {
    const image = pixels(2)
    const before = tf.memory().numTensors
    const same = augmentImages(image, randomStream(0).samples([0, 1]), {})
    expect(await rows(same)).toEqual(await rows(image))
    const other = augmentImages(image, randomStream(0).samples([0, 1]), { shift: 3 })
    expect(other.shape).toEqual(image.shape)
    tf.dispose([same, other])
    expect(tf.memory().numTensors).toBe(before)
  })

  it("refuses what cannot be", () => {
    expect(() => augmentImages(tf.zeros([2, 4]), randomStream(0).samples([0, 1]), { flip: true })).toThrow(ShapeError)
    expect(() => augmentImages(pixels(1), randomStream(0).samples([0]), { shift: 0.5 })).toThrow(ConfigError)
    expect(() => augmentImages(pixels(2), randomStream(0).samples([0]), { flip: true })).toThrow(/expected 1 rows/)
  })
})
