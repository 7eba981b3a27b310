import { ConfigError, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { stripedImages } from "../testing/striped-images.ts"
import { accuracyOf } from "./image-classifier.ts"
import { trainClassifier, type TrainClassifierOptions } from "./train-classifier.ts"

beforeAll(() => selectBackend())

const train = stripedImages(96, randomStream("train"))
const test = stripedImages(60, randomStream("test"))

async function trained(options: Partial<TrainClassifierOptions> = {}) {
  const training = trainClassifier({ train, random: randomStream(1), steps: 90, batch: 16, rate: 5e-3, classes: 3, ...options })
  const losses: number[] = []
  let event = await training.next()
  for (; !event.done; event = await training.next()) if (event.value.type === "epoch") losses.push(event.value.loss)
  return { classifier: event.value, losses }
}

describe("trainClassifier", () => {
  it("learns what there is to learn, tells the loss, and leaves one set of parameters", async () => {
    const { classifier: first } = await trained({ steps: 1 })
    first.read(test) // fills the cache of constants
    first.dispose()
    const before = tf.memory().numTensors
    const { classifier, losses } = await trained()
    expect(losses).toHaveLength(15)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    const { features, logits, classes } = classifier.read(test)
    expect([features.length, logits.length]).toEqual([60 * 84, 60 * 3])
    expect(accuracyOf(classes, test.labels)).toBe(1)
    expect(classifier.hash).toBeUndefined()
    expect(() => classifier.read({ ...test, height: 24, width: 6 })).toThrow(ShapeError)
    classifier.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it("repeats with its seed", async () => {
    const runs = [await trained({ mode: "eager", steps: 5 }), await trained({ mode: "eager", steps: 5 })]
    const [one, other] = runs.map(({ classifier }) => classifier.read(test).logits)
    expect(one).toEqual(other)
    for (const { classifier } of runs) classifier.dispose()
  })

  it("stops when it is told to", async () => {
    const controller = new AbortController()
    controller.abort(new Error("enough"))
    await expect(trained({ signal: controller.signal })).rejects.toThrow("enough")
  })

  it("refuses too few images and labels that are no class", async () => {
    await expect(trained({ batch: 97 })).rejects.toThrow(ConfigError)
    await expect(trained({ classes: 2 })).rejects.toThrow(/labels from 0 to 1, got 2/)
  })
})

describe("accuracyOf", () => {
  it("is the share of equal pairs", () => {
    expect(accuracyOf([1, 2, 3, 4], [1, 2, 0, 4])).toBe(0.75)
    expect(() => accuracyOf([1], [])).toThrow(ShapeError)
  })
})
