import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { createApp, type Host } from "@scalewise/cli"
import { randomStream } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { experimentVerb } from "./experiment-verb.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "experiment-"))
  await writeIdx("train", 160)
  await writeIdx("t10k", 40)
})
afterAll(() => rm(folder, { recursive: true }))

/** Small blobs at one of two places. */
async function writeIdx(split: string, count: number): Promise<void> {
  const header = (rank: number, ...shape: number[]) => [0, 0, 8, rank, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])]
  const jitter = randomStream(split).uniformValues([count])
  const pixels = Array.from({ length: count * 64 }, (_, at) => {
    const image = Math.floor(at / 64)
    const [y, x] = [Math.floor((at % 64) / 8), at % 8]
    return Math.round(255 * Math.exp(-((y - 3 - jitter[image]!) ** 2 + (x - 2 - 3 * (image % 2)) ** 2) / 3))
  })
  await writeFile(path.join(folder, `${split}-images-idx3-ubyte`), Uint8Array.from([...header(3, count, 8, 8), ...pixels]))
  await writeFile(
    path.join(folder, `${split}-labels-idx1-ubyte`),
    Uint8Array.from([...header(1, count), ...pixels.slice(0, count).map((_, i) => i % 2)]),
  )
}

async function run(...argv: string[]) {
  let out = ""
  let err = ""
  const host: Host = {
    argv: ["experiment", ...argv],
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signals: { on() {}, off() {} },
    clock: Date.now,
    exit() {},
  }
  const status = await createApp({
    name: "scalewise-image",
    domain: "image",
    description: "",
    verbs: [experimentVerb],
    clock: Date.now,
  }).run(host)
  return { status, out, err }
}

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
