import { selectBackend, tf } from "@scalewise/nn"
import { beforeAll, expect, test } from "vitest"
import { surroundingsOf, withSurroundings } from "./surroundings.ts"

beforeAll(async () => void (await selectBackend()))

const field = (): tf.Tensor => tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1])
const around = async (reach: number, surroundings: Parameters<typeof withSurroundings>[2]): Promise<number[][]> => {
  const padded = withSurroundings(field(), reach, surroundings)
  const values = [...(await padded.data())]
  const width = padded.shape[2]!
  return Array.from({ length: padded.shape[1]! }, (_, row) => values.slice(row * width, (row + 1) * width))
}

test("a region goes on with copies of its edge", async () => {
  expect(await around(1, { isPeriodic: false, north: false, south: false })).toEqual([
    [1, 1, 2, 3, 4, 4],
    [1, 1, 2, 3, 4, 4],
    [5, 5, 6, 7, 8, 8],
    [5, 5, 6, 7, 8, 8],
  ])
})

test("round the globe columns wrap, and beyond a pole is the other side", async () => {
  expect(await around(1, { isPeriodic: true, north: true, south: false })).toEqual([
    [2, 3, 4, 1, 2, 3],
    [4, 1, 2, 3, 4, 1],
    [8, 5, 6, 7, 8, 5],
    [8, 5, 6, 7, 8, 5],
  ])
})

test("only a global grid reaches over a pole", () => {
  const latitudes = Float64Array.of(90, 45, 0, -45, -88)
  const longitudes = Float64Array.of(0, 90, 180, 270)
  expect(surroundingsOf({ latitudes, longitudes, isPeriodic: true })).toEqual({ isPeriodic: true, north: true, south: true })
  expect(surroundingsOf({ latitudes, longitudes, isPeriodic: false })).toEqual({ isPeriodic: false, north: false, south: false })
})
