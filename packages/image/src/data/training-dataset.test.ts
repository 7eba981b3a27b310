import { compile, constant, randomStream, selectBackend, sgd, tf, train, type PreparedBatch } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { augmentImages } from "./augment-images.ts"
import type { ImageDataset } from "./image-dataset.ts"
import { residentImages } from "./resident-images.ts"
import { selectRows } from "./select-rows.ts"
import { trainingDataset } from "./training-dataset.ts"

beforeAll(async () => void (await selectBackend()))

const resident = residentImages({ pixels: Uint8Array.from({ length: 24 }, (_, i) => i * 10), labels: [2, 0, 1, 2], height: 2, width: 3 })
/** The same, read as from a disk. */
const streamed: ImageDataset = { ...selectRows(resident, [0, 1, 2, 3]), read: async (rows) => resident.read(rows) }

describe("trainingDataset", () => {
  it.each([
    ["in memory", resident],
    ["on disk", streamed],
  ])("gives images and labels of a dataset %s in the order asked for", async (_, dataset) => {
    const { image, label } = await trainingDataset(dataset).gather(Int32Array.of(3, 0, 3))
    expect([image!.shape, image!.dtype, label!.shape, label!.dtype]).toEqual([[3, 2, 3, 1], "float32", [3], "int32"])
    expect(Array.from(await label!.data())).toEqual([2, 2, 2])
    expect(Array.from(await image!.data())).toEqual(Array.from(resident.read([3, 0, 3])))
    tf.dispose([image, label])
  })

  it("augments a sample in the same way in any batch of a training run", async () => {
    const dataset = trainingDataset(streamed)
    const seen = async (batchSize: number): Promise<Map<string, number[]>> => {
      const bySample = new Map<string, number[]>()
      const prepare = ({ data, indices, random, step: at }: PreparedBatch) => {
        const image = augmentImages(data["image"]!, random.fold("augment"), { flip: true, shift: 1 })
        const values = Array.from(image.dataSync())
        for (const [b, index] of indices.entries())
          bySample.set(`epoch ${Math.floor(at / (4 / batchSize))}, sample ${index}`, values.slice(6 * b, 6 * b + 6))
        return { image }
      }
      const step = compile((w: { w: tf.Tensor }, { image }) => image!.mean().mul(w.w), {
        parameters: { w: tf.scalar(1) },
        optimizer: sgd({ rate: constant(0) }),
        mode: "eager",
      })
      for await (const _ of train({ step, dataset, batchSize, random: randomStream(3), epochs: 2, prepare }));
      step.dispose()
      return bySample
    }
    const [alone, paired] = [await seen(1), await seen(2)]
    expect(alone.size).toBe(8)
    expect(paired).toEqual(alone)
    expect([0, 1, 2, 3].some((n) => `${alone.get(`epoch 0, sample ${n}`)}` !== `${alone.get(`epoch 1, sample ${n}`)}`)).toBe(true)
  })
})

describe("selectRows", () => {
  it("is a view: rows of rows, labels and classes with them", async () => {
    const few = selectRows(resident, [3, 1])
    expect(few).toMatchObject({ size: 2, height: 2, width: 3, channels: 1, classes: ["0", "1", "2"] })
    expect(Array.from(few.labels)).toEqual([2, 0])
    expect(await few.read([1, 0])).toEqual(resident.read([1, 3]))
    expect(() => selectRows(resident, [4])).toThrow(/rows from 0 to 3, got 4/)
    expect(() => few.read([2])).toThrow(/rows from 0 to 1, got 2/)
  })
})
