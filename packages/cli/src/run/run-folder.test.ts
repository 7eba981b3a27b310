import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ConfigError } from "@scalewise/nn"
import { describeEnvironment } from "./environment.ts"
import { openMetricsLog } from "./metrics-log.ts"
import { openRunFolder, type RunFolderOptions } from "./run-folder.ts"

let root: string
beforeEach(async () => void (root = await mkdtemp(path.join(os.tmpdir(), "scalewise-run-"))))
afterEach(() => rm(root, { recursive: true }))

const open = (options: Partial<RunFolderOptions> = {}) =>
  openRunFolder({ root, domain: "image", name: "first", config: { seed: 1 }, environment: { node: "x" }, ...options })

test("a run is a folder with its config, environment, metrics, checkpoints and samples", async () => {
  const run = await open()
  run.metrics.append({ step: 1, loss: 0.5 })
  expect(await run.write("samples/deep/a.bin", Uint8Array.of(1, 2, 3))).toBe(path.join(run.samples, "deep", "a.bin"))
  await run.write("report.html", "<p>é</p>")
  run.close()
  expect((await readdir(run.path)).toSorted()).toEqual([
    "checkpoints",
    "config.json",
    "environment.json",
    "metrics.jsonl",
    "report.html",
    "samples",
  ])
  expect(await readFile(run.report, "utf8")).toBe("<p>é</p>")
  expect([...(await readFile(path.join(run.samples, "deep", "a.bin")))]).toEqual([1, 2, 3])
  expect(JSON.parse(await readFile(path.join(run.path, "config.json"), "utf8"))).toEqual({ seed: 1 })
})

test("an existing run is refused, resumed or replaced, never silently overwritten", async () => {
  const run = await open()
  for (const step of [1, 2, 3]) run.metrics.append({ step })
  run.close()
  await expect(open()).rejects.toThrow(/exists already/)
  const resumed = await open({ existing: "resume", keep: ({ step }) => Number(step) <= 2 })
  expect(resumed.metrics.earlier).toEqual([{ step: 1 }, { step: 2 }])
  resumed.metrics.append({ step: 3, again: true })
  resumed.close()
  expect(await readFile(path.join(run.path, "metrics.jsonl"), "utf8")).toBe('{"step":1}\n{"step":2}\n{"step":3,"again":true}\n')
  await writeFile(path.join(run.path, "my-notes.txt"), "mine")
  const replaced = await open({ existing: "replace" })
  expect(replaced.metrics.earlier).toEqual([])
  replaced.close()
  expect(await readdir(run.path)).toContain("my-notes.txt")
  await expect(open({ name: "other", existing: "resume" })).rejects.toThrow(/no run .* to resume/)
})

test.each(["", "..", "a/b", "../x", ".hidden", "a b"])("the run name %j is refused", async (name) => {
  await expect(open({ name })).rejects.toThrow(ConfigError)
  expect(await readdir(root)).toEqual([])
})

test("a line that was cut off is dropped when the log is opened again", async () => {
  const file = path.join(root, "metrics.jsonl")
  const log = await openMetricsLog(file)
  log.append({ step: 1 })
  // Not closed: what was appended must be there for whoever reads the file now.
  expect(await readFile(file, "utf8")).toBe('{"step":1}\n')
  log.close()
  await appendFile(file, '{"step":2,"lo')
  const again = await openMetricsLog(file)
  expect(again.earlier).toEqual([{ step: 1 }])
  again.append({ step: 2 })
  again.close()
  expect(await readFile(file, "utf8")).toBe('{"step":1}\n{"step":2}\n')
  await appendFile(file, '\0\0\0\n{"step":3}\n')
  const third = await openMetricsLog(file)
  expect(third.earlier).toEqual([{ step: 1 }, { step: 2 }])
  third.close()
})

test("the environment names versions, machine, command and time", async () => {
  const environment = await describeEnvironment(
    { argv: ["train"], clock: () => 0 },
    { program: "scalewise-test", version: "1.0.0", backend: { name: "wasm" } },
  )
  expect(environment).toMatchObject({
    startedAt: "1970-01-01T00:00:00.000Z",
    command: ["scalewise-test", "train"],
    backend: { name: "wasm" },
  })
  expect(environment.versions).toMatchObject({ node: process.versions.node, "scalewise-test": "1.0.0" })
})
