import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as nodeFiles from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as tf from "../backend/tf.ts"
import { CheckpointError } from "../errors.ts"
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts"
import type { FileSystem } from "./file-system.ts"

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "checkpoint-"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tensors = (value: number) => ({
  "a.w": tf.tensor2d(
    Array.from({ length: 6 }, () => value),
    [2, 3],
  ),
  b: tf.tensor1d([1, 2], "int32"),
})
const systemError = (code: string): Error => Object.assign(new Error(code), { code, errno: -1, syscall: "write" })

/** The real files, but writing this much fails with that code. */
const failing = (code: string, when: (path: string, written: number) => boolean): FileSystem => ({
  ...nodeFiles,
  async open(path, flags) {
    const file = await nodeFiles.open(path, flags)
    let written = 0
    return {
      read: (into, offset, length, position) => file.read(into, offset, length, position),
      async write(bytes, offset, length) {
        if (when(path, written)) throw systemError(code)
        written += length
        return file.write(bytes, offset, length)
      },
      stat: () => file.stat(),
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
})

describe("checkpoint", () => {
  it("returns what was saved, and replaces it as a whole", async () => {
    const folder = join(root, "plain")
    const before = tf.memory().numTensors
    for (const value of [1, 2, 3]) {
      const saved = tensors(value)
      await saveCheckpoint(folder, { kind: "toy", config: { width: 3 }, metadata: { score: value }, tensors: saved })
      const loaded = await loadCheckpoint<{ width: number }>(folder, {
        kind: "toy",
        expected: ({ width }) => ({ "a.w": { shape: [2, width] }, b: { shape: [2] } }),
      })
      expect([loaded.config, loaded.metadata]).toEqual([{ width: 3 }, { score: value }])
      expect([...(await loaded.tensors["a.w"]!.data())]).toEqual(Array.from({ length: 6 }, () => value))
      tf.dispose([saved, loaded.tensors])
      expect(readdirSync(folder).length).toBe(2)
    }
    expect(tf.memory().numTensors).toBe(before)
    expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchObject({ format: 1, kind: "toy", version: 1 })
  })

  it("writes tensors that are read one by one, and nothing where one of them fails", async () => {
    const folder = join(root, "late")
    const asked: string[] = []
    const late = (name: string, values: () => Float32Array) => {
      const read = () => {
        asked.push(name)
        return values()
      }
      return [name, { dtype: "F32" as const, shape: [2], values: read }] as const
    }
    await saveCheckpoint(folder, {
      kind: "k",
      tensors: new Map([late("a", () => Float32Array.of(1, 2)), late("b", () => Float32Array.of(3, 4))]),
    })
    expect(asked).toEqual(["a", "b"])
    const { tensors: loaded } = await loadCheckpoint(folder, { kind: "k" })
    expect(Object.entries(loaded).map(([name, tensor]) => [name, [...tensor.dataSync()]])).toEqual([
      ["a", [1, 2]],
      ["b", [3, 4]],
    ])
    tf.dispose(Object.values(loaded))
    const fails = late("b", () => {
      throw new CheckpointError("no such numbers")
    })
    const files = readdirSync(folder)
    await expect(saveCheckpoint(folder, { kind: "k", tensors: new Map([late("a", () => Float32Array.of(1, 2)), fails]) })).rejects.toThrow(
      /no such numbers/,
    )
    expect(readdirSync(folder)).toEqual(files)
  })

  it("refuses another kind, version, format, tensors of another model, and NaN", async () => {
    const folder = join(root, "refused")
    await saveCheckpoint(folder, { kind: "toy", version: 2, tensors: tensors(1) })
    const load = (options: Partial<Parameters<typeof loadCheckpoint>[1]> = {}) =>
      loadCheckpoint(folder, { kind: "toy", version: 2, ...options })
    const before = tf.memory().numTensors
    await expect(load({ kind: "other" })).rejects.toThrow(/expected a checkpoint of "other", found one of "toy"/)
    await expect(load({ version: 3 })).rejects.toThrow(/expected version 3 of "toy", found version 2/)
    await expect(load({ expected: () => ({ "a.w": { shape: [3, 2] }, c: { shape: [1] } }) })).rejects.toThrow(
      /1 missing: "c" \[1\]; 1 unknown: "b" \[2\]; 1 of another shape: "a\.w" \(expected \[3, 2\], found \[2, 3\]\)/,
    )
    await expect(loadCheckpoint(join(root, "nowhere"), { kind: "toy" })).rejects.toThrow(
      /cannot read .*config\.json: there is no such file/,
    )
    const config = readFileSync(join(folder, "config.json"), "utf8")
    writeFileSync(join(folder, "config.json"), config.replace('"format": 1', '"format": 9'))
    await expect(load()).rejects.toThrow(/expected checkpoint format 1, found 9/)
    writeFileSync(join(folder, "config.json"), config.replace("model.safetensors", "../elsewhere.safetensors"))
    await expect(load()).rejects.toThrow(/another kind of JSON file/)
    writeFileSync(join(folder, "config.json"), "{")
    await expect(load()).rejects.toThrow(/expected JSON/)
    expect(tf.memory().numTensors).toBe(before)
    await saveCheckpoint(folder, { kind: "toy", version: 2, tensors: tensors(Number.NaN) })
    await expect(load()).rejects.toThrow(/tensor "a\.w" \[2, 3\]: expected finite numbers, found NaN at element 0/)
    await load({ finite: false })
  })

  it.each([
    ["ENOSPC", /the disk is full/],
    ["EROFS", /the file system is read-only/],
    ["EACCES", /permission is denied/],
  ])("keeps the old checkpoint on %s, at whatever point, and says so in one sentence", async (code, message) => {
    const folder = join(root, code)
    await saveCheckpoint(folder, { kind: "toy", tensors: tensors(1) })
    const points: ((path: string, written: number) => boolean)[] = [
      () => true,
      (_, written) => written > 0, // after the header of the tensors
      (path) => path.includes("config.json"),
    ]
    for (const when of points) {
      const error = await saveCheckpoint(folder, { kind: "toy", tensors: tensors(2), fileSystem: failing(code, when) }).catch(
        (caught: unknown) => caught,
      )
      expect(error).toBeInstanceOf(CheckpointError)
      expect((error as Error).message).toMatch(message)
      expect(readdirSync(folder).filter((name) => name.includes(".tmp"))).toEqual([])
      const { tensors: kept } = await loadCheckpoint(folder, { kind: "toy" })
      expect((await kept["a.w"]!.data())[0]).toBe(1)
    }
    writeFileSync(join(folder, "model.safetensors.tmp-7-1"), "left by a killed process")
    await saveCheckpoint(folder, { kind: "toy", tensors: tensors(3) })
    expect(readdirSync(folder).length).toBe(2)
  })

  it("says what is wrong with a folder that is a file", async () => {
    writeFileSync(join(root, "file"), "")
    await expect(saveCheckpoint(join(root, "file", "inside"), { kind: "toy", tensors: {} })).rejects.toThrow(/a part of the path is a file/)
  })
})
