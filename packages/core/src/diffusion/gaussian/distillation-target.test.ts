import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { ddim } from "./ddim.ts"
import type { DiffusionModel } from "./diffusion-model.ts"
import { distillationTarget } from "./distillation-target.ts"
import { cosineNoise } from "./noise-schedule.ts"
import { respaced } from "./respacing.ts"

describe("distillationTarget", () => {
  it("makes one step of the student equal two of the teacher, at every level", () => {
    const schedule = cosineNoise({ levels: 8 })
    // No optimal denoiser: anything curved shows that two steps are not one
    const denoiser = (x: tf.Tensor, t: tf.Tensor): tf.Tensor => tf.tanh(tf.mul(x, tf.div(t.reshape([-1, 1]), 5)))
    const model: DiffusionModel = { denoiser, schedule, shape: [3], prediction: "v" }
    const teacher = ddim(model)
    const x = randomStream(1).normal([2, 3])
    for (let level = 1; level <= 4; level++) {
      const target = distillationTarget(model, x, tf.fill([2], level, "int32"), undefined)
      const student = ddim({ denoiser: () => target, schedule: respaced(schedule, [2, 4, 6, 8]), shape: [3], prediction: "x0" })
      const [first, second] = [8 - 2 * level + 1, 8 - 2 * level + 2] // the teacher's steps
      const middle = teacher.predict(x, first, undefined).mode()
      const landed = teacher.predict(middle, second, undefined).mode()
      const leap = student.predict(x, 4 - level + 1, undefined).mode()
      expect(tf.max(tf.abs(tf.sub(leap, landed))).dataSync()[0]).toBeLessThan(1e-4)
      const once = teacher.predict(x, first, undefined).mode()
      expect(tf.max(tf.abs(tf.sub(once, landed))).dataSync()[0]).toBeGreaterThan(1e-3)
    }
  })

  it("takes a level per sample and leaks nothing", () => {
    const model = { denoiser: (x: tf.Tensor) => tf.sin(x), schedule: cosineNoise({ levels: 4 }) }
    const x = randomStream(1).normal([2, 3])
    const levels = tf.tensor1d([1, 2], "int32")
    tf.dispose(distillationTarget(model, x, levels, undefined)) // the tables of a schedule are made once and kept
    const before = tf.memory().numTensors
    const both = distillationTarget(model, x, levels, undefined)
    expect(tf.memory().numTensors).toBe(before + 1)
    const second = distillationTarget(model, x, tf.fill([2], 2, "int32"), undefined)
    expect((both.arraySync() as number[][])[1]).toEqual((second.arraySync() as number[][])[1])
  })
})
