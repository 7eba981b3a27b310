import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { gradientVariance } from "./gradient-variance.ts"

/** The gradient of sum(w x) is x: the variance of the gradients is the variance of the inputs. */
const loss = ({ trunk, head }: { trunk: { w: tf.Tensor }; head: tf.Tensor }, { x }: Readonly<Record<string, tf.Tensor>>) =>
  tf.add(tf.sum(tf.mul(trunk.w, x!)), tf.sum(tf.square(head)))

describe("gradientVariance", () => {
  it("is the variance of the trunk's gradients, raw and over the squared mean", async () => {
    const before = tf.memory().numTensors
    const parameters = { trunk: { w: tf.ones([3]) }, head: tf.ones([5]) }
    const noise = randomStream(1).normalValues([500, 3])
    const result = await gradientVariance(loss, {
      parameters,
      include: (name) => name.startsWith("trunk."),
      minibatches: 500,
      inputs: (index) => ({ x: tf.tensor1d([1, 2, 3].map((value, i) => value + 0.5 * noise[index * 3 + i]!)) }),
    })
    expect(result).toMatchObject({ parameters: 3, minibatches: 500 })
    expect(result.raw).toBeCloseTo(0.25, 1)
    expect(result.relative).toBeCloseTo((3 * 0.25) / 14, 2)
    tf.dispose(parameters)
    expect(tf.memory().numTensors).toBe(before)
  })

  it("does not change its relative value with the unit of the loss", async () => {
    const parameters = { trunk: { w: tf.ones([2]) }, head: tf.ones([1]) }
    const noise = randomStream(2).normalValues([40, 2])
    const measure = (unit: number) =>
      gradientVariance((p: typeof parameters, inputs) => tf.mul(loss(p, inputs), unit), {
        parameters,
        include: (name) => name === "trunk.w",
        minibatches: 40,
        inputs: (index) => ({ x: tf.tensor1d([2 + noise[2 * index]!, 1 + noise[2 * index + 1]!]) }),
      })
    const [once, tenfold] = [await measure(1), await measure(10)]
    expect(tenfold.raw / once.raw).toBeCloseTo(100, 2)
    expect(tenfold.relative).toBeCloseTo(once.relative!, 4)
    tf.dispose(parameters)
  })

  it("says null when the mean cannot be told from zero", async () => {
    const parameters = { trunk: { w: tf.ones([1]) }, head: tf.ones([1]) }
    const inputs = (index: number) => ({ x: tf.tensor1d([index % 2 ? 1 : -1]) })
    expect(
      (await gradientVariance(loss, { parameters, include: (name) => name === "trunk.w", minibatches: 8, inputs })).relative,
    ).toBeNull()
    tf.dispose(parameters)
  })
})
