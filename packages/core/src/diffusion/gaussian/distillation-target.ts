import { tf } from "@scalewise/nn"
import type { DiffusionModel } from "./diffusion-model.ts"
import { readOutput } from "./gaussian-reverse.ts"
import { levelValues } from "./level-values.ts"
import { scheduleTables } from "./schedule-tables.ts"

/**
 * Progressive distillation (Salimans and Ho 2022, algorithm 2): the x_0 that a student has to predict at x_t for its one
 * deterministic DDIM step to land where two steps of the teacher do. The student's schedule is every second level:
 * `respaced(teacher.schedule, [2, 4, .., T])`, T even. No state, no randomness.
 *
 * @param levelsB - int32, the STUDENT's levels 1 .. T / 2
 * @returns x_0 in the shape of `xt`
 */
export function distillationTarget<Condition>(
  teacher: Omit<DiffusionModel<Condition>, "shape">,
  xt: tf.Tensor,
  levelsB: tf.Tensor,
  condition: Condition,
): tf.Tensor {
  const { schedule } = teacher
  const { signal, noise } = scheduleTables(schedule)
  const signalAt = (t: tf.Tensor): tf.Tensor => levelValues(signal, t, xt.rank)
  const noiseAt = (t: tf.Tensor): tf.Tensor => levelValues(noise, t, xt.rank)
  const ddimStep = (x: tf.Tensor, t: tf.Tensor, next: tf.Tensor): tf.Tensor => {
    const { x0, eps } = readOutput(teacher.denoiser(x, levelValues(schedule.times, t, 1), condition), x, t, teacher)
    return tf.add(tf.mul(x0, signalAt(next)), tf.mul(eps, noiseAt(next)))
  }
  return tf.tidy(() => {
    const one = tf.scalar(1, "int32")
    const start = tf.mul(levelsB, tf.scalar(2, "int32"))
    const middle = tf.sub(start, one)
    const end = tf.sub(middle, one)
    const landed = ddimStep(ddimStep(xt, start, middle), middle, end)
    // One DDIM step from x_t with x_0 = target gives `landed`; solved for the target
    const shrink = tf.div(noiseAt(end), noiseAt(start))
    return tf.div(tf.sub(landed, tf.mul(xt, shrink)), tf.sub(signalAt(end), tf.mul(signalAt(start), shrink)))
  })
}
