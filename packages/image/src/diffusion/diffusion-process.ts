import {
  ddim,
  ddpm,
  dpmSolver,
  evenLevels,
  guided,
  logSnrLevels,
  respaced,
  type BackwardProcess,
  type DiffusionModel,
} from "@scalewise/core"
import { ConfigError, tf } from "@scalewise/nn"
import { labelsOf, type LabelCondition } from "../generator/next-scale-process.ts"
import { scheduleOf } from "./diffusion-config.ts"
import { inLatents, inPixels, type LatentCoder } from "./diffusion-space.ts"
import type { ImageDiffusion } from "./image-diffusion.ts"

/** How the noising chain is walked back: ancestral draws (DDPM), without fresh noise (DDIM), or by DPM-Solver++ of order 2. */
export type DiffusionSampler = "ddpm" | "ddim" | "dpm-solver"

/** Options of `diffusionProcess`. */
export interface DiffusionProcessOptions {
  /** @defaultValue "ddim" */
  readonly sampler?: DiffusionSampler
  /** Levels visited, network calls without guidance. @defaultValue 50 */
  readonly steps?: number
  /** Classifier-free guidance in VAR's unit: (1 + t) c - t u; two network calls a step. @defaultValue none */
  readonly guidance?: number
  /** The tokenizer in whose latents the model lives; needed for one that lives in latents. */
  readonly coder?: Pick<LatentCoder, "decode">
}

/** What `refine` and the wrappers of sampling take; states are the sampler's own. */
export type ImageDiffusionProcess = BackwardProcess<unknown, tf.Tensor, LabelCondition, tf.Tensor>

/**
 * A trained denoiser as a backward process: labels to images [B, H, W, C] in [0, 1]. Pixels that a step infers are kept in range. Compiled
 * passes are the model's and go with it.
 *
 * @throws ConfigError for more steps than levels, guidance without classes, latents without a coder
 */
export function diffusionProcess(
  model: ImageDiffusion,
  { sampler = "ddim", steps = 50, guidance, coder }: DiffusionProcessOptions = {},
): ImageDiffusionProcess {
  const { config, deviation, predict } = model
  const { height, width, channels, classes } = config.network
  if (guidance !== undefined && classes === 0)
    throw new ConfigError("diffusionProcess: expected a model with classes for guidance, got an unconditional one; leave guidance out")
  const space = config.space === "pixels" ? inPixels : coder && inLatents({ ...coder, encode: (images) => images }, deviation)
  if (!space)
    throw new ConfigError("diffusionProcess: expected the coder of the latents that the model denoises, got none; give its tokenizer")

  const whole = scheduleOf(config)
  const levels = sampler === "dpm-solver" ? logSnrLevels(whole, steps) : evenLevels(whole, steps)
  const denoiser: DiffusionModel<LabelCondition> = {
    schedule: respaced(whole, levels),
    prediction: "v",
    shape: [height, width, channels],
    denoiser: (x, times, condition) => predict({ x, times, labels: tf.tensor1d(labelsOf(condition, x.shape[0], classes), "int32") }),
    unconditional: () => ({}),
    decode: (x) => space.toImages(x),
    ...(space.range && { clip: space.range }),
  }
  const process: ImageDiffusionProcess = samplers[sampler](denoiser)
  return guidance === undefined ? process : guided(process, { scale: guidance, convention: "var" })
}

const samplers: Readonly<Record<DiffusionSampler, (model: DiffusionModel<LabelCondition>) => ImageDiffusionProcess>> = {
  ddpm,
  ddim: (model) => ddim(model),
  "dpm-solver": (model) => dpmSolver(model),
}
