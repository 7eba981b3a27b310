import { dpmSolver, type BackwardProcess, type DpmSolverState } from "@scalewise/core"
import { tf } from "@scalewise/nn"
import { conditionFeatures, type ForecastCondition } from "./conditioning.ts"
import { withContext, type ForecastBody, type ForecastParameters, type ForecastProcess, type ForecastState } from "./forecast-process.ts"
import { sampledLevels } from "./noise-levels.ts"
import type { RefinerInputs } from "./refiner.ts"

// B states, K scales, T tokens of a scale, n sampler steps of a scale

/** What a `denoisingRefiner` reads beside the noised tokens. */
type DenoiserCondition = Pick<RefinerInputs, "fields" | "global">

/** The state of a refinement through noise levels. */
export interface DiffusionState extends ForecastState {
  /** The sampler's state of each scale [B, T]: noise until its turn comes. */
  readonly chains: readonly DpmSolverState[]
  /** The scale whose noise is being taken, 1 .. K, and the tokens that it comes to so far; absent when a scale is done. */
  readonly underWay?: { readonly scale: number; readonly tokens: tf.Tensor } | undefined
}

/**
 * The backward process of the law `diffusion`, the control with many network calls: the tokens of a scale are drawn together from noise by
 * DPM-Solver++ in n steps (Ho et al. 2020; Lu et al. 2022), with one scale as GenCast draws a state (Price et al. 2023), with several as a
 * cascade. All randomness is in the noise of the start; draws are the tokens that the network implies. Readout between is a preview.
 */
export function diffusionProcess(body: ForecastBody, parameters: ForecastParameters): ForecastProcess {
  const { config, multiScale, refiner, schedule, tokens } = body
  const { linear, basis, codes } = parameters
  const latent = body.latent(basis)
  const levels = sampledLevels(config.samplerSteps ?? 20)
  const samplers = schedule.grids.map((_, k): BackwardProcess<DpmSolverState, tf.Tensor, DenoiserCondition, tf.Tensor> =>
    dpmSolver({
      schedule: levels,
      prediction: "v",
      shape: [tokens.shape(k + 1).reduce((size, length) => size * length, 1)],
      denoiser: (noisy, times, inputs: DenoiserCondition) =>
        refiner.joined(parameters, k + 1, { ...inputs, noised: { tokens: noisy, times } }).squeeze([2]),
    }),
  )
  const placeOf = (step: number): { readonly scale: number; readonly at: number } => ({
    scale: Math.ceil(step / levels.levels),
    at: ((step - 1) % levels.levels) + 1,
  })
  const added = (partial: tf.Tensor | undefined, scale: number, drawn: tf.Tensor): tf.Tensor =>
    multiScale.advance(codes, partial, scale, drawn.reshape([-1, ...tokens.shape(scale)])) // Eq. (19)

  const process: BackwardProcess<DiffusionState, tf.Tensor, ForecastCondition, tf.Tensor> = {
    steps: schedule.steps * levels.levels,
    start(batch, condition, random) {
      const features = conditionFeatures(condition, linear, latent, body)
      const inputs = { fields: features.fields[0]!, global: features.global }
      return { ...features, chains: samplers.map((sampler, k) => sampler.start(batch, inputs, random.fold("scale").fold(k))) }
    },
    predict({ fields, global, partial, chains }, step) {
      const { scale, at } = placeOf(step)
      return samplers[scale - 1]!.predict(chains[scale - 1]!, at, { fields: withContext(body, fields[scale - 1]!, partial, scale), global })
    },
    advance(state, step, draw) {
      const { scale, at } = placeOf(step)
      const sampler = samplers[scale - 1]!
      const chain = sampler.advance(state.chains[scale - 1]!, at, draw)
      const chains = state.chains.map((other, k) => (k === scale - 1 ? chain : other))
      if (at < levels.levels) return { ...state, chains, underWay: { scale, tokens: draw } }
      return { ...state, chains, partial: added(state.partial, scale, sampler.readout(chain)), underWay: undefined }
    },
    readout: ({ base, partial, underWay }) =>
      tf.tidy(() => {
        const known = underWay ? added(partial, underWay.scale, underWay.tokens) : partial
        return (known ? base.add(latent.decode(multiScale.form.toLatent(known)).mul(linear.targetDeviation)) : base).clone() // Eq. (20)
      }),
  }
  return process
}
