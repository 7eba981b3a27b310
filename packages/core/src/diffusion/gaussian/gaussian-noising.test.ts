import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { gaussianNoising } from "./gaussian-noising.ts"
import { linearNoise } from "./noise-schedule.ts"

describe("gaussianNoising", () => {
  const schedule = linearNoise({ levels: 12, last: 0.4 })
  const ids = Array.from({ length: 40 }, (_, id) => id)

  it("ends at the data and has, at every level, the closed form's mean and variance (Eqs. 3 and 4)", () => {
    const data = tf.fill([40, 100], 0.8)
    const process = gaussianNoising(schedule)
    const targets = process.targets(data, randomStream(1).samples(ids))
    expect(targets).toHaveLength(process.steps)
    expect([...targets.at(-1)!.dataSync()]).toEqual([...data.dataSync()])
    for (const [index, target] of targets.entries()) {
      const bar = schedule.alphaBars[schedule.levels - 1 - index]!
      const { mean, variance } = tf.moments(target)
      expect(Math.abs(mean.dataSync()[0]! - 0.8 * Math.sqrt(bar))).toBeLessThan(0.06)
      expect(Math.abs(variance.dataSync()[0]! - (1 - bar))).toBeLessThan(0.06)
    }
  })

  it("owns what it returns, is reproducible, and gives each sample its own noise", () => {
    const data = randomStream(0).normal([2, 3])
    const before = tf.memory().numTensors
    const both = gaussianNoising(schedule).targets(data, randomStream(1).samples([4, 7]))
    const alone = gaussianNoising(schedule).targets(tf.slice(data, [1, 0], [1, 3]), randomStream(1).samples([7]))
    both.forEach((target, i) => expect((target.arraySync() as number[][])[1]).toEqual((alone[i]!.arraySync() as number[][])[0]))
    tf.dispose([both, alone])
    expect(tf.memory().numTensors).toBe(before + 1) // the slice
    expect([...data.dataSync()].every(Number.isFinite)).toBe(true)
  })
})
