import { countParameters, disposeParameters, randomStream, selectBackend, ShapeError, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { lenet } from "./lenet.ts"

describe.each(await testBackends())("LeNet on %s", (backend) => {
  beforeAll(() => selectBackend({ prefer: backend }))

  it.each([
    [{}, 61_706],
    [{ height: 32, width: 32, channels: 3 }, 83_126], // (75 + 1) 6 + (150 + 1) 16 + (576 + 1) 120 + (120 + 1) 84 + (84 + 1) 10
    [{ height: 13, width: 14, classes: 3 }, undefined],
  ])("of %o has features that are not negative, one logit a class, and keeps no tensor", (options, size) => {
    const network = lenet(options)
    const { height, width, channels, classes } = network.options
    const parameters = network.init(randomStream(1))
    if (size !== undefined) expect(countParameters(parameters)).toBe(size)
    const x = randomStream(2).uniform([3, height, width, channels])
    tf.tidy(() => void network.apply(parameters, x)) // fills the cache of constants
    const before = tf.memory().numTensors
    tf.tidy(() => {
      const { features, logits } = network.read(parameters, x)
      expect([features.shape, logits.shape]).toEqual([
        [3, 84],
        [3, classes],
      ])
      expect(Math.min(...features.dataSync())).toBeGreaterThanOrEqual(0)
      expect(Math.max(...features.dataSync())).toBeGreaterThan(0)
      expect([...network.apply(parameters, x).dataSync()]).toEqual([...logits.dataSync()])
    })
    expect(tf.memory().numTensors).toBe(before)
    disposeParameters(parameters)
    x.dispose()
  })
})

describe("LeNet", () => {
  beforeAll(() => selectBackend())

  it("refuses images of another size, and sizes that pooling leaves nothing of", () => {
    const network = lenet()
    const parameters = network.init(randomStream(1))
    const large = tf.zeros([1, 32, 32, 1])
    expect(() => network.apply(parameters, large)).toThrow(ShapeError)
    large.dispose()
    expect(() => lenet({ height: 11 })).toThrow(/at least 12 x 12 pixels, one channel and two classes, got 11 x 28/)
    expect(() => lenet({ classes: 1 })).toThrow(/two classes/)
    disposeParameters(parameters)
  })
})
