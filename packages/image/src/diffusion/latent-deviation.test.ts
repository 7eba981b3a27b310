import { DataError, randomStream, residentDataset, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { beforeAll, expect, it } from "vitest"
import { latentDeviation } from "./latent-deviation.ts"

beforeAll(() => selectBackend())

const random = randomStream("latent-deviation")
const values = random.fold("values").normalValues([400, 4]).map((value) => 5 + 0.5 * value) // prettier-ignore
const dataset = residentDataset({ image: { values, shape: [2, 2, 1] } })
const encode = (images: tf.Tensor): tf.Tensor => tf.mul(images, 6)

it("is that of all numbers, their mean left out", async () => {
  const before = tf.memory().numTensors
  const measured = await latentDeviation({ encode, dataset, shape: [2, 2, 1], random })
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const exact = 6 * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  expect(measured / exact).toBeCloseTo(1, 4)
  const few = await latentDeviation({ encode, dataset, shape: [2, 2, 1], random, images: 50 })
  expect(few).not.toBe(measured)
  expect(Math.abs(few / exact - 1)).toBeLessThan(0.2)
  expect(await latentDeviation({ encode, dataset, shape: [2, 2, 1], random, images: 50 })).toBe(few)
  expect(tf.memory().numTensors).toBe(before)
})

it("refuses latents of another shape, and latents that are all the same", async () => {
  await expect(latentDeviation({ encode, dataset, shape: [7, 7, 8], random })).rejects.toThrow(ShapeError)
  const same = (images: tf.Tensor): tf.Tensor => tf.zerosLike(images)
  await expect(latentDeviation({ encode: same, dataset, shape: [2, 2, 1], random })).rejects.toThrow(DataError)
})
