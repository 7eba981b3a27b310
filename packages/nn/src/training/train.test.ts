import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as tf from "../backend/tf.ts"
import { compile } from "../compile/compile.ts"
import { adamw } from "../optimizer/adamw.ts"
import { randomStream } from "../random/random-stream.ts"
import { residentDataset, type Dataset } from "./dataset.ts"
import type { TrainEvent } from "./train-event.ts"
import { train, type TrainOptions } from "./train.ts"

// y = 2 x0 - x1, 10 samples, so that batches of 4 leave one of 2.
const x = randomStream(1).normalValues([10, 2])
const y = Float32Array.from({ length: 10 }, (_, i) => 2 * x[2 * i]! - x[2 * i + 1]!)
const dataset = residentDataset({ x: { values: x, shape: [2] }, y: { values: y, shape: [1] } })

const makeStep = (rate = 0.05, accumulate = 1) => {
  const w = tf.zeros([2, 1])
  const step = compile<{ w: tf.Tensor }>(
    (parameters, inputs) => {
      const difference = tf.sub(tf.matMul(inputs["x"] as tf.Tensor2D, parameters.w as tf.Tensor2D), inputs["y"]!)
      const loss = tf.mean<tf.Scalar>(tf.mul(difference, difference))
      return { loss, worst: tf.max(tf.abs(difference)) }
    },
    { parameters: { w }, optimizer: adamw({ rate }), accumulate },
  )
  w.dispose()
  return step
}
type Options = Partial<TrainOptions<{ w: tf.Tensor }>>

const run = async (options: Options = {}, onEvent?: (event: TrainEvent) => void) => {
  const step = options.step ?? makeStep()
  const events: TrainEvent[] = []
  let time = 0
  for await (const event of train({ step, dataset, batchSize: 4, random: randomStream(5), clock: () => (time += 1000), ...options })) {
    events.push(event)
    onEvent?.(event)
  }
  const parameters = step.parameters()
  const weights = [...(await parameters.w.data())]
  parameters.w.dispose()
  step.dispose()
  return { events, weights }
}
const brief = (events: TrainEvent[]): string => events.map((event) => `${event.type} ${event.step}`).join(", ")

let folder: string
let build: string
const packageFolder = fileURLToPath(new URL("../..", import.meta.url))
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "train-"))
  mkdirSync(join(packageFolder, ".cache"), { recursive: true })
  build = mkdtempSync(join(packageFolder, ".cache", "train-test-"))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(build, { recursive: true, force: true })
})

describe("train", () => {
  it("emits its events in order, learns, and keeps no tensors", async () => {
    await run({ epochs: 1 })
    const before = tf.memory().numTensors
    const { events, weights } = await run({ epochs: 40, reportEvery: 2, evaluate: { everyEpochs: 20, run: ({ step }) => ({ step }) } })
    expect(tf.memory().numTensors).toBe(before)
    expect(brief(events.slice(0, 5))).toBe("step 2, step 3, epoch 3, step 4, step 6")
    expect(brief(events.slice(-4))).toBe("step 120, epoch 120, evaluate 120, done 120")
    expect(events.filter(({ type }) => type === "evaluate")).toMatchObject([
      { step: 60, epoch: 20, metrics: { step: 60 } },
      { step: 120, epoch: 40 },
    ])
    expect(events.at(-1)).toMatchObject({ reason: "finished", epoch: 40 })
    expect(weights[0]).toBeCloseTo(2, 1)
    expect(weights[1]).toBeCloseTo(-1, 1)
  })

  it("reports means of losses and metrics, and the speed without evaluations", async () => {
    const each = (await run({ steps: 3, reportEvery: 1, batchSize: 5 })).events.filter((event) => event.type === "step")
    const [both] = (await run({ steps: 2, reportEvery: 2, batchSize: 5 })).events.filter((event) => event.type === "step")
    expect(both!.loss).toBeCloseTo((each[0]!.loss + each[1]!.loss) / 2, 6)
    expect(both!.metrics["worst"]).toBeCloseTo((each[0]!.metrics["worst"]! + each[1]!.metrics["worst"]!) / 2, 6)
    // The clock moves a second a call: 1 s a batch, 1 s to read.
    expect(both!.samplesPerSecond).toBeCloseTo(10 / 3, 6)
  })

  it("visits every sample once an epoch, in new orders, and keeps or drops the odd batch", async () => {
    const visits = async (options: Options): Promise<number[][]> => {
      const seen: number[][] = []
      const spy: Dataset = { size: 10, gather: (indices) => (seen.push([...indices]), dataset.gather(indices)) }
      await run({ dataset: spy, ...options })
      return seen
    }
    const kept = await visits({ epochs: 2 })
    expect(kept.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2])
    const [first, second] = [kept.slice(0, 3).flat(), kept.slice(3).flat()]
    for (const order of [first, second]) expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(first).not.toEqual(second)
    expect((await visits({ epochs: 2, lastBatch: "drop" })).map((batch) => batch.length)).toEqual([4, 4, 4, 4])
    expect((await visits({ steps: 3, shuffle: false })).flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await expect(run({ batchSize: 11, lastBatch: "drop", epochs: 1 })).rejects.toThrow(/at least one batch of 11, got 10/)
    await expect(run({})).rejects.toThrow(/steps or epochs/)
  })

  it("gives every sample its own noise, whatever the batch", async () => {
    const noiseOf = async (batchSize: number): Promise<Map<number, number>> => {
      const noise = new Map<number, number>()
      await run({
        epochs: 1,
        batchSize,
        prepare: ({ data, indices, random }) => {
          const drawn = random.normal([indices.length, 1])
          for (const [b, value] of drawn.dataSync().entries()) noise.set(indices[b]!, value)
          return { ...data, y: tf.add(data["y"]!, drawn) }
        },
      })
      return noise
    }
    const [four, five] = [await noiseOf(4), await noiseOf(5)]
    for (const [sample, value] of four) expect(five.get(sample)).toBe(value)
  })

  it("stops on abort after the batch, saves, and resumes to the same bits; accumulation too", async () => {
    for (const accumulate of [1, 2]) {
      const checkpoints = { folder: join(folder, `abort-${accumulate}`), everySteps: 100 }
      const whole = await run({ step: makeStep(0.05, accumulate), steps: 8 })
      const abort = new AbortController()
      const stopped = await run(
        { step: makeStep(0.05, accumulate), steps: 8, reportEvery: 1, checkpoints, signal: abort.signal },
        (event) => event.type === "step" && event.step === 5 && abort.abort(),
      )
      expect(brief(stopped.events.slice(-3))).toBe("step 5, checkpoint 5, done 5")
      expect(stopped.events.at(-1)).toMatchObject({ reason: "aborted" })
      await expect(run({ steps: 8, checkpoints })).rejects.toThrow(/already holds checkpoints .*step 5.*resume/)
      await expect(run({ steps: 8, batchSize: 5, checkpoints: { ...checkpoints, resume: true } })).rejects.toThrow(
        /batchSize was 4, now it is 5/,
      )
      await expect(run({ steps: 8, random: randomStream(6), checkpoints: { ...checkpoints, resume: true } })).rejects.toThrow(/seed/)
      const resumed = await run({ step: makeStep(0.05, accumulate), steps: 8, checkpoints: { ...checkpoints, resume: true } })
      expect(resumed.weights).toEqual(whole.weights)
      expect(resumed.events.filter(({ type }) => type === "epoch")).toEqual([expect.objectContaining({ step: 6, epoch: 2 })])
      expect(resumed.events.find(({ type }) => type === "epoch")).toMatchObject({
        loss: expect.closeTo((whole.events.filter((event) => event.type === "epoch")[1] as { loss: number }).loss, 5) as number,
      })
    }
  })

  it("keeps the last few checkpoints, saves by minutes, and passes over damaged ones", async () => {
    const checkpoints = { folder: join(folder, "keep"), everySteps: 2, keepLast: 2 }
    const whole = await run({ steps: 8, checkpoints })
    expect(readdirSync(checkpoints.folder).sort()).toEqual(["step-00000006", "step-00000008"])
    truncateSync(join(checkpoints.folder, "step-00000008", "model.safetensors"), 100)
    mkdirSync(join(checkpoints.folder, "step-00000009"))
    writeFileSync(join(checkpoints.folder, "step-00000009", "model.safetensors.tmp-1-1"), "half")
    const resumed = await run({ steps: 8, checkpoints: { ...checkpoints, resume: true } })
    expect(resumed.events.find(({ type }) => type === "step")).toMatchObject({ step: 8 })
    expect(resumed.weights).toEqual(whole.weights)
    expect(readdirSync(checkpoints.folder).sort()).toEqual(["step-00000006", "step-00000008"])

    const byTime = await run({ steps: 6, checkpoints: { folder: join(folder, "minutes"), everyMinutes: 0.1 } })
    expect(byTime.events.filter(({ type }) => type === "checkpoint").length).toBeGreaterThan(1)
  })

  it("stops where the loss is not a number, and leaves the good checkpoint", async () => {
    const checkpoints = { folder: join(folder, "diverged"), everySteps: 2 }
    const poison: Options["prepare"] = ({ data, step }) => (step >= 3 ? { ...data, y: tf.mul(data["y"]!, Number.NaN) } : data)
    await expect(run({ steps: 8, checkpoints, prepare: poison })).rejects.toMatchObject({
      code: "DIVERGED",
      message: expect.stringMatching(/NaN at step 4/) as string,
    })
    expect(readdirSync(checkpoints.folder)).toEqual(["step-00000002"])
  })

  it("survives kill -9 between checkpoints and in the middle of writing one, to the same bytes", () => {
    const compiler = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc")
    const compiled = spawnSync(
      process.execPath,
      [
        compiler,
        "-p",
        join(packageFolder, "tsconfig.build.json"),
        "--outDir",
        build,
        "--declaration",
        "false",
        "--declarationMap",
        "false",
      ],
      { encoding: "utf8" },
    )
    expect({ built: existsSync(join(build, "index.js")), output: compiled.stdout }).toMatchObject({ built: true })
    const script = join(build, "child.mjs")
    writeFileSync(script, childScript)
    const child = (name: string, ...rest: string[]) => {
      const { status, signal, stderr } = spawnSync(process.execPath, [script, join(folder, name), ...rest], { encoding: "utf8" })
      return { status, signal, stderr }
    }
    const finalBytes = (name: string) => readFileSync(join(folder, name, "step-00000012", "model.safetensors"))

    expect(child("whole", "never")).toMatchObject({ status: 0 })
    for (const when of ["between", "writing"]) {
      expect(child(when, when)).toMatchObject({ signal: "SIGKILL" })
      expect(readdirSync(join(folder, when)).sort()).toEqual([
        "step-00000003",
        "step-00000006",
        ...(when === "writing" ? ["step-00000009"] : []),
      ])
      expect(child(when, "never")).toMatchObject({ status: 0 })
      expect(finalBytes(when).equals(finalBytes("whole"))).toBe(true)
    }
  })
})

/** Trains 12 batches with noise; kills itself after batch 8, or when half of the third checkpoint is written. */
const childScript = `
import * as files from "node:fs/promises"
import { adamw, compile, randomStream, residentDataset, selectBackend, tf, train } from "./index.js"
const [folder, kill] = process.argv.slice(2)
const die = () => process.kill(process.pid, "SIGKILL")
await selectBackend()
const random = randomStream(3)
const dataset = residentDataset({ x: { values: random.normalValues([10, 3]), shape: [3] } })
const step = compile(
  ({ w }, { x, noise }) => tf.mean(tf.square(tf.sub(tf.matMul(tf.add(x, noise), w), x))),
  { parameters: { w: random.fold("w").normal([3, 3]) }, optimizer: adamw({ rate: 0.01 }) },
)
const fileSystem = {
  ...files,
  async open(path, flags) {
    const file = await files.open(path, flags)
    if (kill !== "writing" || !path.includes("step-00000009") || flags !== "w") return file
    return { write: async (bytes, at, length) => (await file.write(bytes, at, length >> 1), await file.sync(), die(), new Promise(() => {})), sync() {}, close() {} }
  },
}
const prepare = ({ data, indices, random }) => ({ ...data, noise: random.normal([indices.length, 3]) })
const checkpoints = { folder, everySteps: 3, resume: true, fileSystem }
for await (const event of train({ step, dataset, batchSize: 4, random, steps: 12, prepare, reportEvery: 1, checkpoints }))
  if (kill === "between" && event.step === 8) die()
`
