import { ConfigError, tf } from "@scalewise/nn"
import { pointMass } from "../../distribution/point-mass.ts"
import type { BackwardProcess } from "../../process/backward-process.ts"
import { denoise, startNoise, type DiffusionModel } from "./diffusion-model.ts"
import { logSnr, noiseScale, signalScale } from "./noise-schedule.ts"

/** Options of `dpmSolver`. */
export interface DpmSolverOptions {
  /** 1 is DDIM; 2 also uses the x_0 of the step before. @defaultValue 2 */
  order?: 1 | 2
}

/** x_t, and the x_0 that the step before implied. */
export interface DpmSolverState {
  x: tf.Tensor
  x0?: tf.Tensor
}

/**
 * DPM-Solver++, multistep (Lu et al. 2022, algorithm 2). A draw is the x_0 that the network implies, with all its
 * probability on one value, and `advance` is one step of the solver in lambda = log(signal / noise). The first step
 * and the one into clean data, where lambda is infinite, are of order 1.
 *
 * Space the levels with `respaced` and either `logSnrLevels` (small images) or `evenLevels` (large ones).
 *
 * @throws ConfigError for another order
 */
export function dpmSolver<Condition = undefined>(
  model: DiffusionModel<Condition>,
  { order = 2 }: DpmSolverOptions = {},
): BackwardProcess<DpmSolverState, tf.Tensor, Condition, tf.Tensor> {
  if (order !== 1 && order !== 2) throw new ConfigError(`dpmSolver: expected order 1 or 2, got ${String(order)}`)
  const { schedule } = model
  return {
    steps: schedule.levels,
    ...(model.unconditional && { unconditional: model.unconditional }),
    start: (batch, _, random) => ({ x: startNoise(model, batch, random) }),
    predict: ({ x }, step, condition) => pointMass(denoise(model, x, schedule.levels + 1 - step, condition).x0),
    advance(state, step, x0) {
      const level = schedule.levels + 1 - step
      const before = order === 2 && level > 1 ? state.x0 : undefined
      const direction = before ? extrapolated(x0, before, level) : x0
      const shrink = noiseScale(schedule, level - 1) / noiseScale(schedule, level)
      // alpha' (1 - e^-h) written without h, which is infinite at the end
      const gain = signalScale(schedule, level - 1) - shrink * signalScale(schedule, level)
      return { x: tf.add(tf.mul(state.x, shrink), tf.mul(direction, gain)), x0 }
    },
    readout: ({ x }) => model.decode?.(x) ?? x,
  }

  /** The x_0 prediction half a step ahead, on the line through the last two. */
  function extrapolated(x0: tf.Tensor, before: tf.Tensor, level: number): tf.Tensor {
    const h = logSnr(schedule, level - 1) - logSnr(schedule, level)
    const hBefore = logSnr(schedule, level) - logSnr(schedule, level + 1)
    const weight = h / (2 * hBefore) // 1 / (2 r)
    return tf.sub(tf.mul(x0, 1 + weight), tf.mul(before, weight))
  }
}
