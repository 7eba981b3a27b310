import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import { beforeAll, expect, test } from "vitest"
import { bandGrids, laplacianBands, scaledBands } from "./laplacian-bands.ts"

beforeAll(async () => void (await selectBackend()))

test("grids halve until the smaller side is the coarsest", () => {
  expect(bandGrids(17, 33).grids).toEqual([
    [2, 4],
    [4, 8],
    [8, 16],
    [17, 33],
  ])
  expect(bandGrids(3, 9).grids).toEqual([[3, 9]])
})

test("bands add up to the field, and scaling each by a number is linear in them", async () => {
  const fields = randomStream(1).normal([2, 11, 13, 3])
  const schedule = bandGrids(11, 13)
  const bands = laplacianBands(fields, schedule)
  await expectAllClose(tf.addN(bands), [...(await fields.data())], { tolerance: 1e-5 })
  const factors = schedule.grids.map((_, k) => [0.9 - 0.2 * k, 0.5, 1])
  const expected = tf.addN(bands.map((band, k) => band.mul(tf.tensor1d(factors[k]!))))
  await expectAllClose(scaledBands(fields, schedule, factors), [...(await expected.data())], { tolerance: 1e-5 })
})
