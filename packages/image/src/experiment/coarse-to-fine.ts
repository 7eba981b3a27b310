import {
  gaussianPyramid,
  gridAt,
  gridSchedule,
  laplacianPyramid,
  pointMass,
  type BackwardProcess,
  type ForwardProcess,
  type Grid,
  type GridSchedule,
} from "@scalewise/core"
import { ConfigError, ops, tf, type Loss, type RandomStream } from "@scalewise/nn"
import { bandKernels, type BlurKind } from "./bands.ts"
import { matchedWidth, mlp, type MlpOptions, type MlpParameters } from "./mlp.ts"

// Letters: B batch, P pixels, h and w the grid of a level.

/** One network per level, `step1` the coarsest. */
export type CoarseToFineParameters = Record<`step${number}`, MlpParameters>

/** What a residual network is given as the coarser image while it is trained. */
export type TrainingContext = "truth" | "predicted"

/** Options of `coarseToFine`. */
export interface CoarseToFineOptions {
  /** Height and width of the images. */
  side: number
  /** K: levels of the pyramid; each halves the grid. One level is the single-shot denoiser. */
  depth: number
  /** Parameters of all networks together, met within 1 %. */
  budget: number
  /**
   * `truth`: the coarser image of the clean one (teacher forcing). `predicted`: what the networks before have made of the noisy
   * image, held constant, as it will be at test time; the residual then also corrects their errors.
   */
  context: TrainingContext
  /** @defaultValue "binomial" */
  blur?: BlurKind
}

/** Setup C and the depth sweep as the two processes of Section 3. */
export interface CoarseToFine {
  schedule: GridSchedule
  /** Hidden width of each of the K networks. */
  hidden: number
  init(random: RandomStream): CoarseToFineParameters
  /** Sum over the levels of the squared error of the image so far; inputs `noisy` [B, P] and `clean` [B, P]. */
  loss: Loss<CoarseToFineParameters>
  /** q: the Laplacian bands of clean images [B, h, w, 1] (Eqs. 7 and 8). */
  forward: ForwardProcess<tf.Tensor, tf.Tensor>
  /** p: climbs the pyramid for noisy images [B, P]. The state is the image so far, the draw of step k its residual (Eq. 19). */
  backward(parameters: CoarseToFineParameters): BackwardProcess<tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor>
}

/**
 * A denoiser in K steps: the first network maps the noisy image to the coarsest level, every further one maps the noisy image
 * and the upsampled image so far to the residual of its level.
 *
 * @throws ConfigError when the images cannot be halved `depth - 1` times
 */
export function coarseToFine({ side, depth, budget, context, blur = "binomial" }: CoarseToFineOptions): CoarseToFine {
  if (side % 2 ** (depth - 1) !== 0)
    throw new ConfigError(`coarseToFine: expected a side that can be halved ${depth - 1} times, got ${side}; take fewer levels`)
  const schedule = gridSchedule(Array.from({ length: depth }, (_, k) => side / 2 ** (depth - 1 - k)))
  const sizes = schedule.tokens.map((outputs, index) => ({ inputs: side * side + (index === 0 ? 0 : outputs), outputs }))
  const hidden = matchedWidth(sizes, budget)
  const networks = sizes.map((size: Omit<MlpOptions, "hidden">) => mlp({ ...size, hidden }))
  const kernels = bandKernels(blur)
  const expand = (image: tf.Tensor, grid: Grid) => (image.shape[1] === grid[0] ? image : kernels.up(image, grid))

  const backward: CoarseToFine["backward"] = (parameters) => ({
    steps: depth,
    start: (batch) => tf.zeros([batch, ...gridAt(schedule, 1), 1]), // s_0
    predict(state, step, noisyBP) {
      const grid = gridAt(schedule, step)
      const known = step === 1 ? noisyBP : tf.concat([noisyBP, flat(expand(state, grid))], 1)
      return pointMass(tf.reshape(networks[step - 1]!.apply(parameters[`step${step}`]!, known), [-1, ...grid, 1]))
    },
    advance: (state, step, residual) => tf.add(expand(state, gridAt(schedule, step)), residual), // Eq. (19)
    readout: (state) => flat(expand(state, schedule.finest)),
  })

  return {
    schedule,
    hidden,
    init: (random) => Object.fromEntries(networks.map((network, index) => [`step${index + 1}`, network.init(random.fold(index + 1))])),
    loss: (parameters, { noisy, clean }) => {
      const process = backward(parameters)
      const levels = gaussianPyramid(tf.reshape(clean!, [-1, side, side, 1]), schedule, kernels) // Eq. (7)
      let state: tf.Tensor = tf.zeros([noisy!.shape[0], ...gridAt(schedule, 1), 1])
      let total: tf.Tensor = tf.scalar(0)
      for (const [index, level] of levels.entries()) {
        const step = index + 1
        const estimate = process.advance(state, step, process.predict(state, step, noisy!).mode())
        total = tf.add(total, tf.mean(tf.squaredDifference(estimate, level)))
        state = context === "truth" ? level : ops.stopGradient(estimate)
      }
      return total
    },
    forward: {
      steps: depth,
      targets: (images) => laplacianPyramid(images, schedule, kernels), // Eq. (8)
    },
    backward,
  }
}

/** [B, h, w, 1] as [B, h w]. */
const flat = (images: tf.Tensor): tf.Tensor => tf.reshape(images, [images.shape[0], -1])
