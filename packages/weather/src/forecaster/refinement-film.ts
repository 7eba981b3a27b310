import { refine } from "@scalewise/core"
import { tf } from "@scalewise/nn"
import { restoreState, unitsOf } from "../state/state-scaling.ts"
import type { Forecaster } from "./forecaster.ts"
import { memberCondition, memberNoise, type InitialState } from "./rollout.ts"
import { scaleWavelengths } from "./scale-wavelengths.ts"

/** The state of a member after one refinement of its first step: a scale, or with the law `diffusion` a noise level of a scale. */
export interface FilmFrame {
  /** 1 .. K. */
  readonly step: number
  /** The shortest wave that the scale resolves, km. */
  readonly wavelengthKm: number
  /** [V, H, W]. */
  readonly fields: Float32Array
}

/** How the first step of a member came about, scale by scale: the last frame is what `rollout` gives at lead 1. */
export async function* refinementFilm(
  model: Forecaster,
  { start, member, seed }: { readonly start: InitialState; readonly member: number; readonly seed: number },
): AsyncGenerator<FilmFrame, void, undefined> {
  const { config, scaling } = model
  const process = model.process()
  const condition = memberCondition(model, [start], 1)
  const wavelengths = scaleWavelengths(config)
  const units = unitsOf(scaling, config.calendar)(start.hours + config.stepHours)
  const { batch, seed: stream } = memberNoise({ starts: [start], members: [member], seed, lead: 1 })
  try {
    for await (const { step, state } of refine(process, { batch, condition, seed: stream })) {
      const next = process.readout(state)
      const fields = new Float32Array(scaling.lowest.length)
      restoreState((await next.data()) as Float32Array, scaling.variables, units, fields)
      next.dispose()
      yield { step, wavelengthKm: wavelengths[Math.ceil((step * wavelengths.length) / process.steps) - 1]!, fields }
    }
  } finally {
    tf.dispose([condition.current, condition.previous, condition.calendar])
  }
}
