import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { guided, sample } from "@scalewise/core"
import {
  CheckpointError,
  ConfigError,
  loadTensors,
  randomStream,
  saveTensors,
  selectBackend,
  ShapeError,
  tf,
  type FlatParameters,
} from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ImageModel } from "../model/image-model.ts"
import { tinyImageModel } from "../testing/tiny-image-model.ts"
import { checkPublished } from "./check-published.ts"

let root: string
let model: ImageModel
let file: string
const labels = [2, 0]

const toFirst = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2])

/** What the model itself computes, in the layout of a reference file. */
async function ownValues({
  tokenizer,
  tokenizerParameters,
  transformer,
  generatorParameters,
  process,
}: ImageModel): Promise<FlatParameters> {
  const greedy = await Promise.all(
    [0, 1.5].map((scale) =>
      sample(guided(process, { scale, ramp: "linear", convention: "var" }), { batch: 2, condition: { label: labels }, greedy: true }),
    ),
  )
  const values = tf.tidy(() => {
    const images = randomStream(3).uniform([2, 8, 8, 1])
    const features = tokenizer.encode(tokenizerParameters, images)
    const codes = tokenizer.multiScale.encode(tokenizerParameters.quantiser, features)
    const teacherInput = tokenizer.multiScale.teacherInputs(codes.map(({ partial }) => partial))
    const { logits } = transformer!.apply(generatorParameters!, {
      labels: tf.tensor1d(labels, "int32"),
      scales: { from: 1, to: codes.length },
      contexts: teacherInput,
    })
    return {
      image: tf.sub(tf.mul(toFirst(images), 2), 1),
      features: toFirst(features),
      ...Object.fromEntries(codes.flatMap(({ tokens, partial }, k) => [[`tokens.${k}`, tokens], [`f_hat.${k}`, toFirst(partial)]])), // prettier-ignore
      reconstruction: tf.sub(tf.mul(toFirst(tokenizer.render(tokenizerParameters, codes.at(-1)!.partial)), 2), 1),
      teacher_input: teacherInput,
      logits,
      "greedy_cfg1.5": toFirst(greedy[1]!),
      greedy_cfg0: toFirst(greedy[0]!),
    }
  })
  tf.dispose(greedy)
  return values
}

beforeAll(async () => {
  await selectBackend()
  root = mkdtempSync(join(tmpdir(), "check-"))
  model = tinyImageModel({ generator: { attentionNorm: true, modulation: "own" } })
  file = join(root, "expected.safetensors")
  const values = await ownValues(model)
  await saveTensors(file, values)
  tf.dispose(Object.values(values))
})
afterAll(() => {
  model.dispose()
  rmSync(root, { recursive: true, force: true })
})

async function changed(change: (values: FlatParameters) => void): Promise<string> {
  const values = await loadTensors(file)
  change(values)
  const path = join(root, "changed.safetensors")
  await saveTensors(path, values)
  tf.dispose(Object.values(values))
  return path
}
const replace = (name: string, make: (old: tf.Tensor) => tf.Tensor) => (values: FlatParameters) => {
  const old = values[name]!
  values[name] = tf.tidy(() => make(old))
  old.dispose()
}

describe("checkPublished", () => {
  it("finds every tensor of a file, told as they come, and leaves no tensors", async () => {
    const told: string[] = []
    const before = tf.memory().numTensors
    const { passed, tensors } = await checkPublished(model, file, {
      labels,
      progress: (name, done, total) => void told.push(`${name} ${done}/${total}`),
    })
    expect(tf.memory().numTensors).toBe(before)
    expect(passed).toBe(true)
    expect(tensors.map(({ name }) => name)).toEqual([
      "features",
      ...[0, 1, 2, 3].map((k) => `tokens.${k}`),
      ...[0, 1, 2, 3].map((k) => `f_hat.${k}`),
      "reconstruction",
      "teacher_input",
      "logits",
      "greedy_cfg0",
      "greedy_cfg1.5",
    ])
    for (const { name, error } of tensors) expect(error, name).toBeLessThan(1e-5)
    expect(told).toEqual(tensors.map(({ name }, index) => `${name} ${index}/14`))
  })

  it.each(["features", "f_hat.2", "reconstruction", "teacher_input", "logits", "greedy_cfg0", "greedy_cfg1.5"])(
    "fails %s alone where it is off by more than a thousandth of its largest value, or NaN",
    async (name) => {
      const off = (by: (largest: tf.Tensor) => tf.Tensor) =>
        changed(
          replace(name, (old) =>
            tf.add(old, tf.mul(tf.oneHot(tf.tensor1d([7], "int32"), old.size).reshape(old.shape), by(tf.max(tf.abs(old))))),
          ),
        )
      const failing = async (path: string) => (await checkPublished(model, path, { labels })).tensors.filter(({ passed }) => !passed).map((one) => one.name) // prettier-ignore
      expect(await failing(await off((largest) => tf.mul(largest, 5e-4)))).toEqual([])
      expect(await failing(await off((largest) => tf.mul(largest, -3e-3)))).toEqual([name])
      expect(await failing(await off(() => tf.scalar(NaN)))).toEqual([name])
    },
  )

  it("counts tokens that differ and fails where they are no tie", async () => {
    const path = await changed(
      replace("tokens.3", (old) => tf.tensor2d(Array.from(old.dataSync(), (id, at) => (at < 3 ? (id + 1) % 12 : id)), [2, 16], "int32")), // prettier-ignore
    )
    const { passed, tensors } = await checkPublished(model, path, { labels })
    expect(passed).toBe(false)
    expect(tensors.find(({ name }) => name === "tokens.3")).toMatchObject({ different: 3, passed: false, limit: 1e-5 })
    expect(tensors.find(({ name }) => name === "tokens.2")).toMatchObject({ different: 0, error: 0, passed: true })
  })

  it("takes the classes from the file, a meta.json beside it, or 3 and 1", async () => {
    const withLabels = await changed((values) => void (values["labels"] = tf.tensor1d(labels, "int32")))
    expect((await checkPublished(model, withLabels)).passed).toBe(true)
    writeFileSync(join(root, "meta.json"), JSON.stringify({ labels }))
    expect((await checkPublished(model, file)).passed).toBe(true)
    rmSync(join(root, "meta.json"))
    await expect(checkPublished(model, file)).rejects.toThrow(/expected a class from 0 to 2, got 3/) // this model has three
    await expect(checkPublished(model, file, { labels: [1] })).rejects.toThrow(ConfigError)
  })

  it("compares what there is", async () => {
    const path = await changed((values) => {
      for (const name of Object.keys(values))
        if (name !== "image" && name !== "features") {
          values[name]!.dispose()
          delete values[name]
        }
    })
    expect((await checkPublished(model, path)).tensors.map(({ name }) => name)).toEqual(["features"])
  })

  it("refuses files of something else, of another model, and without what a tensor is computed from", async () => {
    const other = await changed((values) => void (values["conv.weight"] = tf.ones([2])))
    await expect(checkPublished(model, other)).rejects.toThrow(CheckpointError)
    await expect(checkPublished(model, other)).rejects.toThrow(/found "conv.weight"/)
    const misshapen = await changed(replace("logits", (old) => tf.slice(old, [0, 0, 0], [2, 30, 11])))
    await expect(checkPublished(model, misshapen, { labels })).rejects.toThrow(ShapeError)
    const without = (name: string) => changed((values) => (values[name]!.dispose(), void delete values[name]))
    await expect(checkPublished(model, await without("image"), { labels })).rejects.toThrow(/expected "image" beside "features"/)
    await expect(checkPublished(model, await without("tokens.3"), { labels })).rejects.toThrow(/expected "tokens.0" to "tokens.3", got 3/)
  })
})
