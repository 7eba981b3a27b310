import { ConfigError, DataError, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { gatherRows } from "../experiment/gather-rows.ts"
import type { ImageClassifier } from "../extractor/image-classifier.ts"
import { trainClassifier } from "../extractor/train-classifier.ts"
import { stripedImages } from "../testing/striped-images.ts"
import { evaluateReconstructions } from "./evaluate-reconstructions.ts"
import { evaluateSamples, type EvaluateSamplesOptions, type SampleEvaluation } from "./evaluate-samples.ts"
import { evaluationReference, type EvaluationReference } from "./evaluation-reference.ts"

const train = stripedImages(600, randomStream("train"))
const test = stripedImages(300, randomStream("test"))
const good = stripedImages(200, randomStream("samples"))
let classifier: ImageClassifier
let reference: EvaluationReference

beforeAll(async () => {
  await selectBackend()
  const training = trainClassifier({ train, random: randomStream(1), steps: 60, batch: 32, classes: 3 })
  let event = await training.next()
  while (!event.done) event = await training.next()
  classifier = event.value
  reference = evaluationReference({ train, test, classifier })
})
afterAll(() => classifier.dispose())

const evaluate = (options: Partial<EvaluateSamplesOptions> = {}) =>
  evaluateSamples({ samples: good, labels: good.labels, reference, random: randomStream(2), ...options })

describe("evaluateSamples", () => {
  let record: SampleEvaluation // of good samples
  beforeAll(async () => {
    record = await evaluate()
  })

  it("finds real images as good as the floor, in plain JSON", () => {
    expect(JSON.parse(JSON.stringify(record))).toEqual(record)
    expect(record).toMatchObject({
      count: 200,
      extractor: { hash: null, width: 84, testAccuracy: 1 },
      reference: { split: "test", count: 300 },
      accuracy: { value: 1, ceiling: 1 },
      classificationAccuracyScore: null,
      precisionRecall: { k: 5, counts: { samples: 200, real: 200 }, floor: { counts: { samples: 200, real: 200 } } },
      memorisation: { counts: { samples: 200, test: 300, train: 600 } },
    })
    const { value, deviation, floor } = record.fld
    expect(Math.abs(value - floor.mean)).toBeLessThan(5 * Math.hypot(deviation, floor.deviation))
    expect(record.precisionRecall.precision).toBeGreaterThan(0.7)
    expect(record.precisionRecall.coverage).toBeGreaterThan(0.7)
  })

  it("gives the same record for the same stream, and keeps no tensor", async () => {
    const before = tf.memory().numTensors
    expect(await evaluate()).toEqual(record)
    expect(tf.memory().numTensors).toBe(before)
  })

  it("finds samples of one class, wrong labels, and noise", async () => {
    const rows = Int32Array.from({ length: 66 }, (_, i) => 3 * i)
    const collapsed = await evaluate({ samples: { ...good, images: gatherRows(good.images, 144, rows) }, labels: rows.map(() => 0) })
    expect(collapsed.accuracy!.value).toBe(1)
    expect(collapsed.precisionRecall.recall).toBeLessThan(0.5)
    expect(collapsed.fld.value).toBeGreaterThan(10 * record.fld.value)
    const noise = await evaluate({ samples: { ...good, images: randomStream(4).uniformValues([good.images.length]) } })
    expect(noise.fld.value).toBeGreaterThan(10 * record.fld.value)
    expect(noise.precisionRecall.precision).toBeLessThan(0.2)
    expect(noise.accuracy!.value).toBeLessThan(0.5)
  })

  it("judges samples without labels, by everything that needs none", async () => {
    const unlabelled = await evaluate({ labels: undefined })
    expect(unlabelled.accuracy).toBeNull()
    expect(unlabelled.fld.value).toBe(record.fld.value)
    await expect(evaluate({ labels: undefined, classifierSteps: 10 })).rejects.toThrow(ConfigError)
  })

  it("trains a classifier on samples where it is asked to, and says how far it is", async () => {
    const told: { stage: string; share: number }[] = []
    const { classificationAccuracyScore: score } = await evaluate({ classifierSteps: 60, onProgress: (progress) => told.push(progress) })
    expect(score).toMatchObject({ steps: 60, count: 200 })
    expect(score!.value).toBeGreaterThan(0.95)
    expect(score!.ceiling).toBeGreaterThan(0.95)
    expect(told.at(0)).toEqual({ stage: "reading samples", share: 0 })
    expect(told.at(-1)).toEqual({ stage: "training on real images", share: 1 })
    expect(told.map(({ share }) => share)).toEqual(told.map(({ share }) => share).sort((a, b) => a - b))
  })

  it("trains it on other samples where there are some, judged samples without labels or not", async () => {
    const wrong = { ...train, labels: train.labels.map((label) => (label + 1) % 3) }
    const { classificationAccuracyScore: score } = await evaluate({ labels: undefined, classifierSteps: 60, classifierSamples: wrong })
    expect(score).toMatchObject({ count: 600 })
    expect(score!.value).toBeLessThan(0.1)
    expect(score!.ceiling).toBeGreaterThan(0.95)
  })

  it("stops when it is told to, and refuses what is no set of intensities", async () => {
    await expect(evaluate({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough")
    await expect(evaluate({ samples: { ...good, images: good.images.map((value) => 2 * value - 1) } })).rejects.toThrow(DataError)
    await expect(evaluate({ samples: { ...good, images: good.images.map(() => Number.NaN) } })).rejects.toThrow(/from 0 to 1, got NaN at 0/)
    await expect(evaluate({ labels: [1, 2] })).rejects.toThrow(ShapeError)
    await expect(evaluate({ samples: { ...good, height: 6, width: 24 } })).rejects.toThrow(ShapeError)
  })
})

describe("evaluateReconstructions", () => {
  const measure = (images: Float32Array, labels?: ArrayLike<number>) =>
    evaluateReconstructions({ originals: test, reconstructions: { ...test, images }, classifier, random: randomStream(5), labels })

  it("of the originals themselves finds nothing lost", async () => {
    const { mse, psnr, ssim, fld, accuracy, count } = await measure(test.images, test.labels)
    expect({ mse, psnr, count }).toEqual({ mse: 0, psnr: null, count: 300 })
    expect(ssim).toBeCloseTo(1, 9)
    expect(fld.value).toBeLessThan(1e-6)
    expect(accuracy).toEqual({ value: 1, ceiling: 1 })
  })

  it("of the mean image finds all lost", async () => {
    const mean = new Float64Array(144)
    for (const [i, value] of test.images.entries()) mean[i % 144]! += value / 300
    const { mse, meanImageMse, psnr, ssim, fld, accuracy } = await measure(test.images.map((_, i) => mean[i % 144]!))
    expect(mse).toBeCloseTo(meanImageMse, 6)
    expect(psnr).toBeCloseTo(-10 * Math.log10(meanImageMse), 4)
    expect(ssim).toBeLessThan(0.5)
    expect(fld.value).toBeGreaterThan(1)
    expect(accuracy).toBeNull()
  })

  it("refuses another number of images", async () => {
    await expect(measure(test.images.subarray(144))).rejects.toThrow(/expected 300 reconstructions, one an image, got 299/)
  })
})
