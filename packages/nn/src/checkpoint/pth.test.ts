import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { strToU8, zipSync } from "fflate"
import { describe, expect, it } from "vitest"
import { CheckpointError } from "../errors.ts"
import { sharedFolder } from "../testing/shared-folder.ts"
import { openPth } from "./pth.ts"
import { openSafetensors } from "./safetensors.ts"

const fixtures = (() => {
  const folder = join(sharedFolder() ?? "", "fixtures")
  if (sharedFolder() && existsSync(folder)) return folder
  return undefined
})()

// A small assembler of pickles.
const bytes = (...codes: number[]): string => String.fromCharCode(...codes)
const text = (value: string): string => `X${bytes(value.length, 0, 0, 0)}${value}`
const int = (value: number): string => `K${bytes(value)}`
const tuple = (...items: string[]): string => `(${items.join("")}t`
const dict = (items: Record<string, string>): string =>
  `}(${Object.entries(items)
    .map(([key, value]) => text(key) + value)
    .join("")}u`
const storage = (key: string, elements: number, type = "FloatStorage"): string =>
  `${tuple(text("storage"), `ctorch\n${type}\n`, text(key), text("cpu"), int(elements))}Q`
const tensor = (from: string, offset: number, shape: number[], strides: number[]): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n${tuple(from, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), "\x89", "ccollections\nOrderedDict\n)R")}R`

const archive = (pickle: string, storages: Record<string, Uint8Array> = {}, level: 0 | 6 = 0): Uint8Array =>
  zipSync(
    Object.fromEntries([
      ["model/data.pkl", Uint8Array.from(`\x80\x02${pickle}.`, (c) => c.charCodeAt(0))],
      ["model/byteorder", strToU8("little")],
      ...Object.entries(storages).map(([key, data]) => [`model/data/${key}`, data]),
    ]) as Record<string, Uint8Array>,
    { level },
  )

const floats = (count: number): Uint8Array => new Uint8Array(Float32Array.from({ length: count }, (_, i) => i).buffer)

const refusal = async (file: Uint8Array | string): Promise<string> => {
  const error = await openPth(file).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(CheckpointError)
  return (error as Error).message
}

describe("openPth", () => {
  it.skipIf(!fixtures).each(["vae", "var"])("reads %s.pth exactly as its safetensors twin (needs ../shared/fixtures)", async (model) => {
    const pth = await openPth(join(fixtures!, "var_tiny", `${model}.pth`))
    const twin = await openSafetensors(join(fixtures!, "var_tiny", `${model}.safetensors`))
    expect([...pth.tensors.keys()].sort()).toEqual([...twin.tensors.keys()].sort())
    for (const name of twin.tensors.keys()) {
      const [found, expected] = [await pth.read(name), await twin.read(name)]
      expect([name, found.dtype, found.shape]).toEqual([name, expected.dtype, expected.shape])
      expect([name, Buffer.from(found.values.buffer).equals(Buffer.from(expected.values.buffer))]).toEqual([name, true])
    }
    await pth.close()
    await twin.close()
  })

  it.skipIf(!fixtures)("refuses the hostile checkpoint by the name of what it would call (needs ../shared/fixtures)", async () => {
    expect(await refusal(join(fixtures!, "hostile.pth"))).toMatch(/hostile\.pth: refused: .*"posix\.system"/)
    expect(existsSync("owned.txt")).toBe(false)
  })

  it.each([0, 6] as const)("gathers views of shared storages and flattens nested dictionaries (deflate level %d)", async (level) => {
    const shared = storage("0", 12)
    const pickle = dict({
      model: dict({
        whole: tensor(shared, 0, [3, 4], [4, 1]),
        turned: tensor(shared, 0, [4, 3], [1, 4]),
        part: tensor(shared, 5, [2, 2], [4, 1]),
      }),
      repeated: tensor(shared, 7, [2, 2], [0, 1]),
      scalar: tensor(shared, 11, [], []),
      none: tensor(shared, 0, [0, 4], [4, 1]),
      epoch: int(3),
      list: `](${tensor(storage("1", 2, "LongStorage"), 0, [2], [1])}e`,
      parameter: `ctorch._utils\n_rebuild_parameter\n${tuple(tensor(shared, 1, [1], [1]), "\x88", "N")}R`,
    })
    const longs = new Uint8Array(BigInt64Array.of(-1n, 2n ** 40n).buffer)
    const file = await openPth(archive(pickle, { 0: floats(12), 1: longs }, level))
    const values: Record<string, unknown> = {}
    for (const [name, { shape }] of file.tensors)
      values[`${name} ${shape.join("x")}`] = Array.from((await file.read(name)).values as Float32Array)
    expect(values).toEqual({
      "model.whole 3x4": Array.from({ length: 12 }, (_, i) => i),
      "model.turned 4x3": [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11],
      "model.part 2x2": [5, 6, 9, 10],
      "repeated 2x2": [7, 8, 7, 8],
      "scalar ": [11],
      "none 0x4": [],
      "list.0 2": [-1n, 2n ** 40n],
      "parameter 1": [1],
    })
  })

  it.each([
    ["a global through STACK_GLOBAL", `${text("builtins")}${text("eval")}\x93`, /global "builtins\.eval"/],
    ["NEWOBJ", "N)\x81", /forbidden instruction NEWOBJ/],
    ["INST", "(ios\nsystem\n", /forbidden instruction INST/],
    ["an unknown instruction", "\x7f", /forbidden instruction 0x7f/],
    ["a call of a storage type", "ctorch\nFloatStorage\n)R", /calls \(REDUCE\) "torch\.FloatStorage"/],
    ["a call of text", `${text("os.system")})R`, /calls \(REDUCE\) a value/],
    ["state of what is no dictionary", `]${text("x")}b`, /BUILD/],
    ["a view outside its storage", dict({ a: tensor(storage("0", 4), 1, [4], [1]) }), /reaches to element 5 of a storage of 4/],
    [
      "a view repeated without end",
      dict({ a: tensor(storage("0", 4), 0, [255, 255, 255, 255], [0, 0, 0, 0]) }),
      /repeats 4 elements too often/,
    ],
    [
      "two equal names",
      dict({ "a.b": tensor(storage("0", 4), 0, [1], [1]), a: dict({ b: tensor(storage("0", 4), 0, [1], [1]) }) }),
      /two tensors/,
    ],
    ["names of prototypes", dict({ __proto: int(1), constructor: tensor(storage("0", 4), 0, [1], [1]) }), /reserved part/],
    ["no tensor", dict({ a: int(1) }), /found none/],
    ["an empty stack", "R", /missing on the stack/],
    ["a global named by a list", `]${text("eval")}\x93`, /damaged/],
    ["a list that holds itself", "]q\x00h\x00a", /nested too deeply/],
  ])("refuses %s", async (_, pickle, message) => {
    expect(await refusal(archive(pickle, { 0: floats(4) }))).toMatch(message)
  })

  it("refuses what is not such an archive, cut off or incomplete", async () => {
    expect(await refusal(Uint8Array.of(0x80, 2, 0x2e))).toMatch(/expected a zip archive/)
    expect(await refusal(zipSync({ a: strToU8("b") }))).toMatch(/data\.pkl/)
    const whole = archive(dict({ a: tensor(storage("0", 4), 0, [4], [1]) }), { 0: floats(4) })
    expect(await refusal(whole.subarray(0, whole.length - 60))).toMatch(/expected a zip archive/)
    expect(await refusal(archive(text("cut").slice(0, -2)))).toMatch(/damaged/)
    const short = await openPth(archive(dict({ a: tensor(storage("0", 4), 0, [4], [1]) }), { 0: floats(3) }))
    await expect(short.read("a")).rejects.toThrow(/has 12 bytes, but 16 are needed/)
    // 17 GB by the pickle's own word: refused before they are allocated.
    const largest = "J\xff\xff\xff\x7f"
    const promised = storage("0", 4, "DoubleStorage").replace(int(4), largest)
    const huge = await openPth(archive(dict({ a: tensor(promised, 0, [7], [1]).replace(int(7), largest) }), { 0: floats(4) }))
    await expect(huge.read("a")).rejects.toThrow(/has 16 bytes, but 17179869176 are needed/)
    const missing = await openPth(archive(dict({ a: tensor(storage("9", 4), 0, [4], [1]) }), { 0: floats(4) }))
    await expect(missing.read("a")).rejects.toThrow(/storage "9" is missing/)
  })

  it.skipIf(!fixtures)(
    "survives damage at any byte with a CheckpointError or other numbers, never another error (needs ../shared/fixtures)",
    async () => {
      const whole = readFileSync(join(fixtures!, "hostile.pth"))
      const others: string[] = []
      for (let at = 0; at < whole.length; at++) {
        const damaged = Uint8Array.from(whole)
        damaged[at]! ^= 0x41
        const error = await openPth(damaged).catch((caught: unknown) => caught)
        if (error instanceof Error && !(error instanceof CheckpointError)) others.push(`byte ${at}: ${error.message}`)
      }
      expect(others).toEqual([])
    },
  )
})
