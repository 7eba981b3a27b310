import { ConfigError, ops, ShapeError, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { gridAt, type GridSchedule } from "../pyramid/grid-schedule.ts"
import { residualForm, type ResidualForm, type ResidualFormName, type ResidualFormOptions } from "../pyramid/residual-form.ts"
import { applyPhi, initPhi, phiIndices, type PhiParameters } from "./phi.ts"
import { toSequence, type Quantiser } from "./quantiser.ts"
import { quantisationLoss, type CommitmentOptions } from "./vq-vae-loss.ts"

/** Options of `multiScaleQuantiser`. */
export interface MultiScaleQuantiserOptions<P extends Parameters> extends ResidualFormOptions {
  /** The grids, coarse to fine; the last one is the latent's. */
  readonly schedule: GridSchedule
  /** What turns the residual vectors of a scale into tokens. */
  readonly quantiser: Quantiser<P>
  /** How the latent is split over scales; see `residualForm`. @defaultValue "full-grid" */
  readonly form?: ResidualFormName
  /** VAR's convolutions after upsampling: how many there are to share, and how much of them is mixed in. @defaultValue none */
  readonly phi?: { readonly count: number; readonly ratio?: number } | undefined
}

/** Parameters of a `multiScaleQuantiser`; `phi` is empty where there are no convolutions. */
export type MultiScaleParameters<P extends Parameters> = {
  readonly quantiser: P
  readonly phi: Record<string, PhiParameters>
}

/** What one scale of a latent becomes. */
export interface ScaleCode {
  /** What there was to code [B, h_k, w_k, C], with gradients to the latent. */
  readonly residual: tf.Tensor
  /** Its tokens, row-major: [B, L_k], bits [B, L_k, d] or vectors [B, L_k, C]. */
  readonly tokens: tf.Tensor
  /** Their code vectors [B, h_k, w_k, C], with gradients to the quantiser's parameters. */
  readonly codes: tf.Tensor
  /** The sum of all codes so far: [B, H, W, C] in the full-grid form, else [B, h_k, w_k, C]. */
  readonly partial: tf.Tensor
}

/** Changes the tokens [B, L_k, ...] of scale `step` before they join the sum; later scales then learn to repair it. */
export type Corruption = (tokens: tf.Tensor, step: number) => tf.Tensor

/** Options of `MultiScaleQuantiser.encode`. */
export interface EncodeOptions {
  /** Applied to what joins the sum, not to the tokens that are returned as targets. @defaultValue none */
  readonly corrupt?: Corruption | undefined
}

/** A residual pyramid with a quantiser at every scale. */
export interface MultiScaleQuantiser<P extends Parameters = Parameters> {
  readonly schedule: GridSchedule
  readonly quantiser: Quantiser<P>
  readonly form: ResidualForm
  /** For each scale the index of its phi convolution; empty without any. */
  readonly phiIndices: readonly number[]
  init(random: RandomStream): MultiScaleParameters<P>
  /** Latents [B, H, W, C] to one code per scale (Eqs. 13-15). */
  encode(parameters: MultiScaleParameters<P>, latent: tf.Tensor, options?: EncodeOptions): ScaleCode[]
  /** The partial sum after scale `step`, from the one before (undefined at step 1) and the scale's tokens [B, L_k, ...] (Eq. 19). */
  advance(parameters: MultiScaleParameters<P>, partial: tf.Tensor | undefined, step: number, tokens: tf.Tensor): tf.Tensor
  /** The same from code vectors [B, L_k, C] or [B, h_k, w_k, C]: those of tokens, mixtures of them, or any others. */
  advanceCodes(parameters: MultiScaleParameters<P>, partial: tf.Tensor | undefined, step: number, codes: tf.Tensor): tf.Tensor
  /** The partial sums after each of the given scales; the last one of all K is the decoded latent (Eq. 19). */
  accumulate(parameters: MultiScaleParameters<P>, tokens: readonly tf.Tensor[]): tf.Tensor[]
  /** What a generator reads under teacher forcing: the context of scales 2 .. K, [B, L - L_1, C]. */
  teacherInputs(partials: readonly tf.Tensor[]): tf.Tensor
  /** The coded latent [B, H, W, C], with the gradient of `latent` (straight-through): what a decoder is trained on. */
  pass(latent: tf.Tensor, codes: readonly ScaleCode[]): tf.Tensor
  /** The codebook and commitment terms of Eq. (1), on partial sums, meaned over scales as in VAR: a scalar. */
  loss(latent: tf.Tensor, codes: readonly ScaleCode[], options?: CommitmentOptions): tf.Tensor
  /** The mean of the quantiser's own regulariser over scales: a scalar, 0 where it has none. */
  regulariser(parameters: MultiScaleParameters<P>, codes: readonly ScaleCode[]): tf.Tensor
}

/**
 * The multi-scale residual quantiser of VAR (arXiv 2404.02905) over any quantiser, residual form and schedule.
 *
 * Tokens are chosen without gradients; `codes` and `partial` carry gradients to codebook and phi only, `pass` to the encoder only.
 *
 * @throws ConfigError for a phi count below 1
 */
export function multiScaleQuantiser<P extends Parameters>({
  schedule,
  quantiser,
  form: formName = "full-grid",
  phi,
  ...kernels
}: MultiScaleQuantiserOptions<P>): MultiScaleQuantiser<P> {
  if (phi && (!Number.isInteger(phi.count) || phi.count < 1))
    throw new ConfigError(`multiScaleQuantiser: expected at least one phi convolution, got ${phi.count}; leave phi out for none`)
  const form = residualForm(formName, schedule, kernels)
  const indices = phi ? phiIndices(schedule.steps, phi.count) : []
  const steps = Array.from({ length: schedule.steps }, (_, index) => index + 1)

  const decodeScale = (parameters: MultiScaleParameters<P>, tokens: tf.Tensor, step: number): tf.Tensor => {
    const [height, width] = gridAt(schedule, step)
    const [batch, sites, ...rest] = tokens.shape
    if (sites !== height * width)
      throw new ShapeError(`multiScaleQuantiser: expected tokens [B, ${height * width}] at scale ${step}, got [${tokens.shape.join(", ")}]`)
    return quantiser.decode(parameters.quantiser, tokens.reshape([batch, height, width, ...rest]), step)
  }

  const onGrid = (codes: tf.Tensor, step: number): tf.Tensor => {
    const [height, width] = gridAt(schedule, step)
    const batch = codes.shape[0] ?? 0
    if (codes.size !== batch * height * width * quantiser.channels || codes.shape.at(-1) !== quantiser.channels)
      throw new ShapeError(
        `multiScaleQuantiser: expected code vectors [B, ${height * width}, ${quantiser.channels}] at scale ${step}, got [${codes.shape.join(", ")}]`,
      )
    return codes.reshape([batch, height, width, quantiser.channels])
  }

  const join = (parameters: MultiScaleParameters<P>, partial: tf.Tensor | undefined, step: number, codes: tf.Tensor): tf.Tensor => {
    const spread = form.spread(codes, step)
    const filter = parameters.phi?.[String(indices[step - 1])]
    if (phi && !filter) throw new ConfigError(`multiScaleQuantiser: the parameters lack phi.${indices[step - 1]}`)
    return form.add(partial, filter ? applyPhi(filter, spread, phi?.ratio ?? 0.5) : spread, step) // Eq. (19)
  }

  return {
    schedule,
    quantiser,
    form,
    phiIndices: indices,
    init: (random) => ({
      quantiser: quantiser.init(random.fold("quantiser")),
      phi: Object.fromEntries(
        Array.from({ length: phi?.count ?? 0 }, (_, index) => [String(index), initPhi(quantiser.channels, random.fold("phi").fold(index))]),
      ),
    }),
    encode: (parameters, latent, { corrupt } = {}) =>
      tf.tidy(() => {
        if (latent.shape.at(-1) !== quantiser.channels)
          throw new ShapeError(`multiScaleQuantiser: expected ${quantiser.channels} channels, got [${latent.shape.join(", ")}]`)
        const levels = form.levels(latent)
        let partial: tf.Tensor | undefined
        return steps.map((step): ScaleCode & tf.TensorContainerObject => {
          const residual = form.residual(levels, partial && ops.stopGradient(partial), step)
          const tokens = toSequence(quantiser.encode(parameters.quantiser, residual, step)) // Eq. (15)
          const codes = decodeScale(parameters, corrupt?.(tokens, step) ?? tokens, step)
          partial = join(parameters, partial, step, codes)
          return { residual: residual.clone(), tokens, codes: codes.clone(), partial: partial.clone() } // none is another's alias
        })
      }),
    advance: (parameters, partial, step, tokens) =>
      tf.tidy(() => join(parameters, partial, step, decodeScale(parameters, tokens, step)).clone()),
    advanceCodes: (parameters, partial, step, codes) => tf.tidy(() => join(parameters, partial, step, onGrid(codes, step)).clone()),
    accumulate: (parameters, tokens) =>
      tf.tidy(() => {
        let partial: tf.Tensor | undefined
        return tokens.map((ofScale, index) => {
          partial = join(parameters, partial, index + 1, decodeScale(parameters, ofScale, index + 1))
          return partial.clone()
        })
      }),
    teacherInputs: (partials) =>
      tf.tidy(() => {
        const contexts = steps.slice(1).map((step) => toSequence(form.context(partials[step - 2]!, step)))
        return contexts.length === 0 ? tf.zeros([partials[0]?.shape[0] ?? 0, 0, quantiser.channels]) : tf.concat(contexts, 1)
      }),
    pass: (latent, codes) => tf.tidy(() => ops.straightThrough(form.toLatent(codes.at(-1)!.partial), latent)),
    loss: (latent, codes, options = {}) =>
      tf.tidy(() => {
        const levels = form.levels(latent)
        const terms = codes.map(({ partial }, index) => quantisationLoss(levels[index]!, partial, options))
        return tf.addN(terms).div(terms.length)
      }),
    regulariser: (parameters, codes) =>
      tf.tidy(() => {
        const terms = codes.flatMap(({ residual }, index) => quantiser.regulariser?.(parameters.quantiser, residual, index + 1) ?? [])
        return terms.length === 0 ? tf.scalar(0) : tf.addN(terms).div(terms.length)
      }),
  }
}
