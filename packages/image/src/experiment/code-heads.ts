import { nearestCode } from "@scalewise/core"
import { ops, tf } from "@scalewise/nn"
import type { Denoiser, TargetName } from "./denoiser.ts"
import type { LatentSpace } from "./linear-autoencoder.ts"
import { matchedWidth, mlp, mlpSize, type MlpParameters } from "./mlp.ts"

// Letters: B batch, D latent dimensions, K codes, M bits.

/** The codebook of Setup B: one code an image, the nearest of K centroids of the training latents. */
export interface Codebook {
  /** [K, D], the caller's. */
  centroids: tf.Tensor2D
  space: LatentSpace
}

/** Options of the three heads. */
export interface CodeHeadOptions {
  pixels: number
  /** Width of the softmax head's hidden layers; the others follow from its parameter count. */
  hidden: number
  codebook: Codebook
}

/**
 * The softmax head of Setup B: K logits, cross-entropy with the image's code. `image` is the most probable code, decoded;
 * `average` decodes the mean code under the predicted probabilities.
 */
export function softmaxHead({ pixels, hidden, codebook }: CodeHeadOptions): Denoiser<MlpParameters> {
  const { centroids, space } = codebook
  return head(
    "code",
    centroids.shape[0],
    { pixels, hidden, codebook },
    {
      loss: (logitsBK, codes) => tf.mean(ops.crossEntropy(logitsBK, codes)),
      read: (logitsBK) => ({
        image: space.decode(tf.gather(centroids, tf.argMax(logitsBK, 1))),
        average: space.decode(tf.matMul(ops.softmax(logitsBK), centroids)),
      }),
    },
  )
}

/**
 * The bitwise head of Setup B: one logit a bit, the bits taken for independent. `image` is the most probable of the K codes, which
 * is the rule for patterns that name no code: they go to the valid pattern that the predicted bits contradict least.
 *
 * @param names - the bits of each code, zeros and ones [K, M]
 */
export function bitwiseHead(names: tf.Tensor2D, { pixels, hidden, codebook }: CodeHeadOptions): Denoiser<MlpParameters> {
  const { centroids, space } = codebook
  const bits = names.shape[1]
  return head(
    `bits${bits}`,
    bits,
    { pixels, hidden, codebook },
    {
      loss: (logitsBM, bitsBM) => tf.mean(ops.binaryCrossEntropyWithLogits(logitsBM, bitsBM)),
      read: (logitsBM) => {
        // log p(name) = sum of the logits of its ones, up to a constant of the sample.
        const scoresBK = tf.matMul(logitsBM, names, false, true)
        return {
          image: space.decode(tf.gather(centroids, tf.argMax(scoresBK, 1))),
          average: space.decode(tf.matMul(ops.softmax(scoresBK), centroids)),
        }
      },
    },
  )
}

/** The regression head of Setup B: the latent itself, squared error. `snapped` replaces it by the nearest centroid. */
export function regressionHead({ pixels, hidden, codebook }: CodeHeadOptions): Denoiser<MlpParameters> {
  const { centroids, space } = codebook
  return head(
    "latent",
    centroids.shape[1],
    { pixels, hidden, codebook },
    {
      loss: (predictedBD, zBD) => tf.mean(tf.squaredDifference(predictedBD, zBD)),
      read: (predictedBD) => ({
        image: space.decode(predictedBD),
        snapped: space.decode(tf.gather(centroids, nearestCode(centroids, predictedBD))),
      }),
    },
  )
}

/** The network of every head: the same trunk on the noisy image, as wide as the parameter count of the softmax model allows. */
function head(
  target: TargetName,
  outputs: number,
  { pixels, hidden, codebook }: CodeHeadOptions,
  {
    loss,
    read,
  }: { loss(output: tf.Tensor, target: tf.Tensor): tf.Tensor; read(output: tf.Tensor): { image: tf.Tensor } & Record<string, tf.Tensor> },
): Denoiser<MlpParameters> {
  const budget = mlpSize({ inputs: pixels, hidden, outputs: codebook.centroids.shape[0] })
  const network = mlp({ inputs: pixels, outputs, hidden: matchedWidth([{ inputs: pixels, outputs }], budget) })
  return {
    targets: [target],
    init: (random) => network.init(random.fold(1)),
    loss: (parameters, inputs) => loss(network.apply(parameters, inputs["noisy"]!), inputs[target]!),
    restore: async (parameters, noisyBP) => tf.tidy(() => read(network.apply(parameters, noisyBP))),
  }
}
