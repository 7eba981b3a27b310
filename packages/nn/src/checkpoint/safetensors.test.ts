import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as tf from "../backend/tf.ts"
import { CheckpointError } from "../errors.ts"
import { loadTensors, openSafetensors, readSafetensorsHeader, saveTensors, writeSafetensors, type TensorToWrite } from "./safetensors.ts"
import type { StoredDtype, StoredValues } from "./stored-tensor.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "safetensors-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A file with this header and so many bytes of data. */
const handmade = (header: string | Record<string, unknown>, data = 0): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const everyDtype: [StoredDtype, StoredValues][] = [
  ["BOOL", Uint8Array.of(1, 0, 1)],
  ["U8", Uint8Array.of(0, 128, 255)],
  ["I8", Int8Array.of(-128, 0, 127)],
  ["I16", Int16Array.of(-32768, 0, 32767)],
  ["F16", Float32Array.of(-1.5, 2 ** -24, 65504)],
  ["BF16", Float32Array.of(-1.5, 2 ** -133, 3.3895313892515355e38)],
  ["I32", Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)],
  ["F32", Float32Array.of(-0, 1e-45, 3.4028234663852886e38)],
  ["I64", BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n)],
  ["F64", Float64Array.of(-0, 5e-324, Math.PI)],
]

const toWrite = (tensors: [StoredDtype, StoredValues][]) =>
  new Map(tensors.map(([dtype, values]): [string, TensorToWrite] => [dtype, { dtype, shape: [values.length, 1], values: () => values }]))

const python = (() => {
  for (const command of [process.env.SCALEWISE_PYTHON, "python3"])
    try {
      if (command) execFileSync(command, ["-c", "import numpy, safetensors"], { stdio: "ignore" })
      if (command) return command
    } catch {
      // Not this one.
    }
  return undefined
})()

describe("safetensors", () => {
  it("writes exactly the documented bytes", async () => {
    const path = join(folder, "golden.safetensors")
    await writeSafetensors(
      path,
      new Map<string, TensorToWrite>([
        ["b", { dtype: "BOOL", shape: [1], values: () => Uint8Array.of(1) }],
        ["w", { dtype: "F32", shape: [1, 2], values: () => Float32Array.of(1, -2) }],
      ]),
      { metadata: { by: "me" } },
    )
    const json =
      '{"__metadata__":{"by":"me"},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8)
    const expected = Buffer.concat([
      Buffer.of(padded.length, 0, 0, 0, 0, 0, 0, 0),
      Buffer.from(padded),
      Buffer.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1),
    ])
    expect(readFileSync(path)).toEqual(expected)
  })

  it("returns every format bit for bit, by tensor and from a buffer", async () => {
    const path = join(folder, "every.safetensors")
    await writeSafetensors(path, toWrite(everyDtype))
    for (const input of [path, readFileSync(path)]) {
      const file = await openSafetensors(input)
      expect([...file.tensors.keys()]).toEqual(everyDtype.map(([dtype]) => dtype))
      for (const [dtype, values] of everyDtype) expect(await file.read(dtype)).toEqual({ dtype, shape: [3, 1], values })
      await file.close()
    }
  })

  it("carries tensors of TensorFlow.js and metadata", async () => {
    const path = join(folder, "tensors.safetensors")
    const before = tf.memory().numTensors
    const saved = {
      "a.w": tf.tensor2d([
        [1, 2],
        [3, 4.5],
      ]),
      "a.n": tf.scalar(7, "int32"),
      m: tf.tensor1d([true, false], "bool"),
      none: tf.zeros([0, 3]),
    }
    await saveTensors(path, saved, { metadata: { step: "12" } })
    expect((await readSafetensorsHeader(path)).metadata).toEqual({ step: "12" })
    const loaded = await loadTensors(path)
    expect(Object.keys(loaded)).toEqual(Object.keys(saved))
    for (const [name, tensor] of Object.entries<tf.Tensor>(saved)) {
      expect([loaded[name]!.dtype, loaded[name]!.shape]).toEqual([tensor.dtype, tensor.shape])
      expect(await loaded[name]!.data()).toEqual(await tensor.data())
    }
    expect(Object.keys(await loadTensors(path, { names: ["m"] }))).toEqual(["m"])
    await saveTensors(path, { half: saved["a.w"] }, { floats: "F16" })
    expect((await readSafetensorsHeader(path)).tensors.get("half")!.dtype).toBe("F16")
    tf.dispose([saved, loaded])
    expect(tf.memory().numTensors - before).toBe(1) // the "m" loaded alone
  })

  it("refuses NaN on request, integers beyond int32, and frees what it had loaded", async () => {
    const path = join(folder, "refused.safetensors")
    await writeSafetensors(path, new Map(toWrite([["F32", Float32Array.of(1, Number.NaN)]])))
    await expect(loadTensors(path, { finite: true })).rejects.toThrow(
      /refused\.safetensors: tensor "F32" \[2, 1\]: .* found NaN at element 1/,
    )
    await writeSafetensors(path, toWrite(everyDtype.slice(-4)))
    const before = tf.memory().numTensors
    await expect(loadTensors(path)).rejects.toThrow(/"I64": element 0 is -9223372036854775808/)
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    ["truncated before the length", new Uint8Array(5), /truncated/],
    ["too long a header", Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0), /too long/],
    ["truncated in the header", handmade("{}").fill(200, 0, 1), /truncated/],
    ["not JSON", handmade("{nonsense"), /not valid JSON/],
    ["not an object", handmade("[1]"), /JSON object/],
    ["not UTF-8", handmade('{"a"}').fill(0xff, 10, 11), /UTF-8/],
    ["metadata that is not text", handmade({ __metadata__: { a: 1 } }), /__metadata__/],
    ["unknown dtype", handmade({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, 1), /"a": unknown dtype "F8_E4M3"/],
    ["negative shape", handmade({ a: { dtype: "U8", shape: [-1], data_offsets: [0, 1] } }, 1), /shape of whole numbers/],
    ["reversed offsets", handmade({ a: { dtype: "U8", shape: [1], data_offsets: [1, 0] } }, 1), /data_offsets/],
    [
      "shape against offsets",
      handmade({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, 4),
      /takes 8 bytes, but its offsets span 4/,
    ],
    ["out of range", handmade({ a: { dtype: "U8", shape: [9], data_offsets: [0, 9] } }, 8), /out of range.*truncated/],
    [
      "overlap",
      handmade({ a: { dtype: "U8", shape: [2], data_offsets: [0, 2] }, b: { dtype: "U8", shape: [2], data_offsets: [1, 3] } }, 3),
      /"b" overlaps/,
    ],
    ["hole", handmade({ a: { dtype: "U8", shape: [2], data_offsets: [1, 3] } }, 3), /hole of 1 bytes/],
    ["trailing bytes", handmade({ a: { dtype: "U8", shape: [2], data_offsets: [0, 2] } }, 3), /follows the last/],
    [
      "a name twice",
      handmade('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061" : {"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
      /"a" twice/,
    ],
    [
      "a dtype nested beyond the stack",
      handmade(`{"a":{"dtype":${"[".repeat(50_000)}${"]".repeat(50_000)},"shape":[1],"data_offsets":[0,1]}}`, 1),
      /unknown dtype a deeply nested value/,
    ],
    ["a name of the prototype", handmade('{"a.__proto__.b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1), /reserved part/],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await openSafetensors(bytes).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CheckpointError)
    expect((error as Error).message).toMatch(message)
  })

  it("does not take quotes and braces in names for structure", async () => {
    const path = join(folder, "names.safetensors")
    const values = (): StoredValues => Uint8Array.of(1)
    const names = ['a"{', "b\\", 'c": {', "dtype", "ü"]
    await writeSafetensors(path, new Map(names.map((name) => [name, { dtype: "U8", shape: [1], values }])))
    expect([...(await readSafetensorsHeader(path)).tensors.keys()]).toEqual(names)
  })

  it("reads a header with a very long text", async () => {
    const { metadata } = await openSafetensors(handmade(`{"__metadata__":{"log":"${"\\n".repeat(15_000_000)}"}}`))
    expect(metadata["log"]).toHaveLength(15_000_000)
  })

  it("reads a tensor that lies beyond 4 GiB, and writes in pieces", async () => {
    const path = join(folder, "sparse.safetensors")
    const large = 2 ** 32 + 8
    const header = {
      a: { dtype: "U8", shape: [large], data_offsets: [0, large] },
      z: { dtype: "F32", shape: [1], data_offsets: [large, large + 4] },
    }
    const head = handmade(header)
    writeFileSync(path, head)
    truncateSync(path, head.length + large) // sparse: takes no room on the disk
    const handle = await open(path, "r+")
    await handle.write(new Uint8Array(Float32Array.of(42).buffer), 0, 4, head.length + large)
    await handle.close()
    const loaded = await loadTensors(path, { names: ["z"] })
    expect([...loaded["z"]!.dataSync()]).toEqual([42])
    tf.dispose(loaded)

    const pieces: number[] = []
    const count = 5 * 2 ** 20
    await saveTensors(
      "big.safetensors",
      { big: tf.ones([count]) },
      {
        floats: "BF16",
        fileSystem: {
          open: async () => ({
            read: async () => ({ bytesRead: 0 }),
            write: async (_: Uint8Array, __: number, length: number) => (pieces.push(length), { bytesWritten: length }),
            stat: async () => ({ size: 0 }),
            sync: async () => {},
            close: async () => {},
          }),
          rename: async () => {},
          rm: async () => {},
          mkdir: async () => {},
          readdir: async () => [],
          readFile: async () => "",
        },
      },
    )
    expect(Math.max(...pieces)).toBeLessThanOrEqual(2 ** 24)
    expect(pieces.slice(1).reduce((sum, piece) => sum + piece, 0)).toBe(2 * count)
    expect(pieces.length).toBeGreaterThan(4)
  })

  it.skipIf(!python)("exchanges files with the Python package both ways (needs python3 with numpy and safetensors)", async () => {
    const [ours, theirs] = [join(folder, "ours.safetensors"), join(folder, "theirs.safetensors")]
    const portable = everyDtype.filter(([dtype]) => dtype !== "BF16") // numpy has none
    await writeSafetensors(ours, toWrite(portable), { metadata: { by: "scalewise" } })
    const script = `
import sys
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
with safe_open(sys.argv[1], "np") as f: assert f.metadata() == {"by": "scalewise"}
save_file(load_file(sys.argv[1]), sys.argv[2], metadata={"by": "python"})`
    execFileSync(python!, ["-c", script, ours, theirs])
    const file = await openSafetensors(theirs)
    expect(file.metadata).toEqual({ by: "python" })
    for (const [dtype, values] of portable) expect(await file.read(dtype)).toEqual({ dtype, shape: [3, 1], values })
    await file.close()
  })

  it("leaves no temporary files behind", () => {
    expect(readdirSync(folder).filter((name) => name.includes(".tmp"))).toEqual([])
  })
})
