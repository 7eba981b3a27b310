import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import * as zarr from "zarrita"
import { openZarr } from "./open-zarr.ts"

const shared = sharedFolder()
const store = path.join(shared ?? "", "data/weather/zarr/air_temperature.zarr")

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "zarr-"))
})
afterEach(() => rm(folder, { recursive: true }))

/** A Zarr folder of version 3 with one array of two chunks and one group. */
async function versionThree(): Promise<void> {
  const files = {
    async get(key: string): Promise<Uint8Array | undefined> {
      return readFile(path.join(folder, key)).catch(() => undefined)
    },
    async set(key: string, value: Uint8Array): Promise<void> {
      await mkdir(path.dirname(path.join(folder, key)), { recursive: true })
      await writeFile(path.join(folder, key), value)
    },
  }
  const root = zarr.root(files)
  await zarr.create(root, { attributes: { title: "three" } })
  await zarr.create(root.resolve("group"), {})
  for (const name of ["a", "group/b"]) {
    const array = await zarr.create(root.resolve(name), {
      dtype: "float64",
      shape: [4, 3],
      chunkShape: [2, 3],
      dimensionNames: ["y", "x"],
      attributes: { units: "K" },
    })
    await zarr.set(array, null, { data: Float64Array.from({ length: 12 }, (_, i) => i), shape: [4, 3], stride: [3, 1] })
  }
}

describe("Zarr folders", () => {
  it("of version 3 are read, groups included", async () => {
    await versionThree()
    const file = await openZarr(folder)
    expect(file).toMatchObject({
      format: "ZARR3",
      attributes: { title: "three" },
      variables: [
        { name: "a", type: "float64", dimensions: ["y", "x"], shape: [4, 3], attributes: { units: "K" } },
        { name: "group/b", dimensions: ["y", "x"] },
      ],
    })
    expect([...(await file.read("a", { start: [1, 1], count: [2, 2] }))]).toEqual([4, 5, 7, 8])
    await expect(file.read("a", { start: [3, 0], count: [2, 3] })).rejects.toThrow(/within \[4, 3\]/)
    await expect(file.read("c")).rejects.toThrow(/it has a, group\/b/)
  })

  it("that are damaged, or none, are named in one sentence", async () => {
    await expect(openZarr(folder)).rejects.toThrow(/expected a Zarr folder .*, got a folder of another kind/)
    await versionThree()
    await writeFile(path.join(folder, "a/c/0/0"), "short")
    const file = await openZarr(folder)
    await expect(file.read("a")).rejects.toThrow(DataError)
    await writeFile(path.join(folder, "a/zarr.json"), "{")
    await expect(openZarr(folder)).rejects.toThrow(/"a" cannot be read/)
  })

  it.skipIf(shared === undefined)("of version 2 are read with Blosc", async () => {
    const file = await openZarr(store)
    expect([file.format, file.variables.map(({ name }) => name)]).toEqual(["ZARR2", ["air", "lat", "lon", "time"]])
    expect([...(await file.read("lat", { start: [0], count: [3] }))]).toEqual([75, 72.5, 70])
    const air = await file.read("air", { start: [729, 12, 26], count: [2, 2, 2] })
    expect(air).toBeInstanceOf(Int16Array)
    expect([...air].every((value) => value * 0.01 > 200 && value * 0.01 < 330)).toBe(true)
  })
})
