import * as fc from "fast-check"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { ConfigError } from "@scalewise/nn"
import { z } from "zod"
import { printConfig } from "./print-config.ts"
import { resolveConfig } from "./resolve-config.ts"

const schema = z.strictObject({
  name: z.string().default("run"),
  optimizer: z
    .strictObject({
      rate: z.number().positive().default(1e-3),
      warmUp: z.int().default(0),
      kind: z.enum(["adamw", "sgd"]).default("adamw"),
    })
    .prefault({}),
  grids: z.array(z.int()).default([1, 2, 4]),
  shuffle: z.boolean().default(true),
  limit: z.int().optional(),
})
const source = { schema, presets: { paper: { optimizer: { rate: 0.5 }, shuffle: false }, broken: { optimiser: {}, x: 1 } } }

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "scalewise-config-"))))
afterAll(() => rm(folder, { recursive: true }))
const file = async (name: string, text: string) => {
  await writeFile(path.join(folder, name), text)
  return path.join(folder, name)
}

test("defaults, preset, file, flags and --set, later over earlier, each with its origin", async () => {
  const config = await file("a.yaml", "optimizer:\n  rate: 0.25\n  warmUp: 5\nname: from-file\n")
  const { value, origins } = await resolveConfig(source, {
    preset: "paper",
    file: config,
    flags: { name: { flag: "--name", value: "from-flag" } },
    set: ["optimizer.warmUp=7", "grids=1,3", "limit=9"],
  })
  expect(value).toEqual({ name: "from-flag", optimizer: { rate: 0.25, warmUp: 7, kind: "adamw" }, grids: [1, 3], shuffle: false, limit: 9 })
  expect(origins).toEqual({
    name: "--name",
    "optimizer.rate": `file ${config}`,
    "optimizer.warmUp": "--set",
    "optimizer.kind": "default",
    grids: "--set",
    shuffle: "preset paper",
    limit: "--set",
  })
})

test.each([
  ["name=007", { name: "007" }],
  ["name=true", { name: "true" }],
  ["name=a=b", { name: "a=b" }],
  ["name=", { name: "" }],
  ["grids=[5, 6]", { grids: [5, 6] }],
  ["grids=5", { grids: [5] }],
  ["shuffle=false", { shuffle: false }],
  ["optimizer.rate=1e-4", { optimizer: { rate: 1e-4, warmUp: 0, kind: "adamw" } }],
])("--set %s is read as the key's type", async (assignment, expected) => {
  expect((await resolveConfig(source, { set: [assignment] })).value).toMatchObject(expected)
})

test.each([
  ["optimizer.raet=1", /--set: unknown key "optimizer\.raet"\. Did you mean "optimizer\.rate"\?/],
  ["rate=1", /unknown key "rate"\. Did you mean "optimizer\.rate"\?/],
  ["constructor=1", /unknown key "constructor"/],
  ["__proto__.polluted=1", /unknown key/],
  ["grids", /expected key=value/],
  ["optimizer.rate=fast", /--set: optimizer\.rate is "fast": invalid input: expected number/],
  ["optimizer.rate=-1", /optimizer\.rate is -1: too small/],
  ["optimizer.kind=adam", /optimizer\.kind is "adam": invalid option/],
])("--set %s is refused", async (assignment, message) => {
  const refused = resolveConfig(source, { set: [assignment] })
  await expect(refused).rejects.toThrow(ConfigError)
  await expect(refused).rejects.toThrow(message)
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
})

test("files and presets that are wrong are refused with their name", async () => {
  const attempt = async (name: string, text: string) => resolveConfig(source, { file: await file(name, text) })
  await expect(attempt("typo.yaml", "shufle: true")).rejects.toThrow(/typo\.yaml: unknown key "shufle"\. Did you mean "shuffle"\?/)
  await expect(attempt("list.yaml", "- 1")).rejects.toThrow(/expected keys and values at the top level, got a list/)
  await expect(attempt("broken.yaml", "a: [1")).rejects.toThrow(/broken\.yaml: not valid YAML/)
  await expect(attempt("scalar.yaml", "optimizer: 3")).rejects.toThrow(/scalar\.yaml: optimizer is 3/)
  await expect(resolveConfig(source, { file: path.join(folder, "none.yaml") })).rejects.toThrow(/none\.yaml: there is no such file/)
  await expect(resolveConfig(source, { preset: "papr" })).rejects.toThrow(/unknown preset "papr"\. Did you mean "paper"\?/)
  await expect(resolveConfig(source, { preset: "toString" })).rejects.toThrow(ConfigError)
  expect((await attempt("empty.yaml", "")).value.name).toBe("run")
  expect((await attempt("a.json", '{"name": "json"}')).value.name).toBe("json")
})

test("what --print-config prints, --config reads back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        name: fc.string(),
        shuffle: fc.boolean(),
        grids: fc.array(fc.integer()),
        optimizer: fc.record({ rate: fc.double({ min: 1e-9, max: 1e9, noNaN: true }), warmUp: fc.nat() }),
      }),
      async (tree) => {
        const first = await resolveConfig({ schema, presets: { p: tree }, preset: "p" })
        const again = await resolveConfig(source, { file: await file("printed.yaml", printConfig(first)) })
        expect(again.value).toEqual(first.value)
      },
    ),
    { numRuns: 30 },
  )
})
