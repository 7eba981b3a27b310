import { mkdtemp, readFile, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { writeTinyIdx } from "../testing/tiny-idx.ts"
import { experimentVerb } from "./experiment-verb.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "experiment-"))
  await writeTinyIdx(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(experimentVerb, argv, imageApp)

const small = [
  "epochs=1",
  "autoencoderEpochs=2",
  "batch=32",
  "width=96",
  "latent=6",
  "codes=4",
  "bits=[2,3]",
  "gradientBatches=2",
  "curveImages=40",
]
const settings = () => [
  "--data",
  folder,
  "--out",
  path.join(folder, "runs"),
  "--eager",
  "--json",
  "--seeds",
  "0",
  ...small.flatMap((value) => ["--set", value]),
]

describe("experiment", () => {
  it("runs all setups, writes page and numbers, and is resumed without training again", async () => {
    const first = await run("all", ...settings())
    expect(first.err).toContain("100 %")
    expect(first.status).toBe(0)
    const summary = JSON.parse(first.out) as {
      report: string
      setups: { setup: string; rows: { label: string; mse: number[] }[]; findings: unknown[] }[]
    }
    expect(summary.setups.map(({ setup }) => setup)).toEqual(["A", "B", "C", "depth"])
    for (const { rows, findings } of summary.setups) {
      expect(findings.length).toBeGreaterThan(0)
      for (const { mse } of rows) expect(mse[0]).toBeGreaterThan(0)
    }
    const page = await readFile(summary.report, "utf8")
    for (const words of ["Setup A", "Setup B", "Setup C", "Depth", "not reached", "data:image/png", "<svg"]) expect(page).toContain(words)
    expect(page).not.toMatch(/NaN|undefined|\[object/)

    const again = await run("all", ...settings(), "--resume")
    expect(again.status).toBe(0)
    const { setups } = JSON.parse(again.out) as typeof summary
    expect(setups).toEqual(summary.setups)
    expect(await readdir(path.join(folder, "runs", "image"))).toEqual(["experiment-all-1"])

    const other = await run("all", ...settings(), "--set", "epochs=3", "--resume")
    expect(other.status).toBe(2)
    expect(other.err).toMatch(/was begun with epochs = 1, now it is 3/)
  })

  it("tells what is wrong in one sentence, with the exit status of its kind", async () => {
    const missing = await run("A", "--data", path.join(folder, "nowhere"))
    expect([missing.status, missing.err]).toEqual([3, expect.stringMatching(/expected a folder of idx files/)])
    const setup = await run("D")
    expect(setup.status).toBe(2)
    const key = await run("A", "--set", "epoch=3")
    expect([key.status, key.err]).toEqual([2, expect.stringMatching(/unknown key "epoch".*epochs/)])
    const bits = await run("B", ...settings(), "--set", "bits=[1]")
    expect([bits.status, bits.err]).toEqual([2, expect.stringMatching(/expected bits/)])
  })
})
