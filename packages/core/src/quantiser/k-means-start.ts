import { ops, tensorsIn, tf, type RandomStream } from "@scalewise/nn"
import { exactResiduals } from "../pyramid/residual-form.ts"
import { kMeans, type KMeansOptions } from "./k-means.ts"
import type { MultiScaleParameters, MultiScaleQuantiser } from "./multi-scale-quantiser.ts"
import type { VectorQuantiser, VectorQuantiserParameters } from "./vector-quantiser.ts"

/** Options of `kMeansStart`. */
export interface KMeansStartOptions extends Pick<KMeansOptions, "random" | "iterations"> {
  /** The quantiser inside `multiScale`. */
  readonly quantiser: VectorQuantiser
  /** Where phi, and the codebooks before they are fitted, come from. */
  readonly parameters: MultiScaleParameters<VectorQuantiserParameters>
  /** Most vectors to cluster for each codebook, chosen at random; equal parts from all scales where they share it. @defaultValue 32768 */
  readonly samples?: number
}

/**
 * Codebooks that fit a batch of latents [B, H, W, C]. Codebooks of single scales are fitted coarse to fine, each to what the coded scales
 * before it have left over; a shared one to the residuals of all scales without quantisation.
 *
 * @returns the parameters with new codebooks and the same phi; the old codebooks stay the caller's
 */
export async function kMeansStart(
  multiScale: MultiScaleQuantiser<VectorQuantiserParameters>,
  latent: tf.Tensor,
  { quantiser, parameters, random, iterations = 20, samples = 2 ** 15 }: KMeansStartOptions,
): Promise<MultiScaleParameters<VectorQuantiserParameters>> {
  const { form, schedule } = multiScale
  const { channels, vocabulary: clusters, metric } = quantiser
  const fit = async (pools: readonly tf.Tensor[], label: number): Promise<tf.Tensor> => {
    const share = Math.max(1, Math.floor(samples / pools.length))
    const points = tf.tidy(() =>
      tf.concat(pools.map((pool, index) => chooseRows(pool.reshape([-1, channels]), share, random.fold("rows").fold(label).fold(index)))),
    )
    const codebook = await kMeans(points, { clusters, iterations, metric, random: random.fold("clusters").fold(label) })
    points.dispose()
    return codebook
  }

  if (quantiser.codebooks === 1) {
    const residuals = exactResiduals(form, schedule, latent)
    const shared = await fit(residuals, 0)
    tf.dispose(residuals)
    return { ...parameters, quantiser: { codebook: { "0": shared } } }
  }

  const codebook: Record<string, tf.Tensor> = { ...parameters.quantiser.codebook }
  const started = { ...parameters, quantiser: { codebook } }
  for (let step = 1; step <= schedule.steps; step++) {
    const codes = multiScale.encode(started, latent)
    codebook[quantiser.codebookOf(step)] = await fit([codes[step - 1]!.residual], step)
    for (const tensor of tensorsIn(codes)) tensor.dispose()
  }
  return started
}

/** At most `most` rows of x [N, C], chosen at random. */
function chooseRows(x: tf.Tensor, most: number, random: RandomStream): tf.Tensor {
  const rows = x.shape[0]
  if (rows <= most) return x
  return ops.embedding(x, tf.tensor1d(random.permutation(rows).slice(0, most), "int32"))
}
