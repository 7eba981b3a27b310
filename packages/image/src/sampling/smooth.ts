import {
  isBitwise,
  isCategorical,
  type BackwardProcess,
  type Distribution,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
} from "@scalewise/core"
import { ConfigError, ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"

// B batch, L_k sites of scale k, V codes, d bits, Z channels of the latent

/** Options of `smooth`. */
export interface SmoothOptions {
  readonly multiScale: MultiScaleQuantiser
  readonly quantiser: MultiScaleParameters<Parameters>
}

/**
 * VAR's smooth decoding (`more_smooth`): instead of one code, a site gets the mean of all codes under a Gumbel-softmax, sharper from scale to
 * scale: softmax((logits (1 + r) + Gumbel noise) / tau) with r = (k - 1) / (K - 1) and tau = max(0.27 (1 - 0.95 r), 0.005). Bits get the
 * same as codebooks of two entries.
 *
 * For pictures to look at: what it draws are no tokens, has no likelihood and must not be scored. The noise is that of the process it
 * wraps, so that a picture of the same seed is a softer version of the drawn one. Wrap it around guidance and filters.
 */
export function smooth<State, Condition, Output>(
  process: BackwardProcess<State, tf.Tensor, Condition, Output>,
  { multiScale, quantiser }: SmoothOptions,
): BackwardProcess<State, tf.Tensor, Condition, Output> {
  const { steps } = process
  const decode = (tokens: tf.Tensor, step: number): tf.Tensor => multiScale.quantiser.decode(quantiser.quantiser, tokens, step)

  const softCodes = (law: Distribution<tf.Tensor>, step: number, random: RandomStream): tf.Tensor => {
    const ratio = (step - 1) / Math.max(1, steps - 1)
    const tau = Math.max(0.27 * (1 - 0.95 * ratio), 0.005)
    if (isCategorical(law)) {
      const codes = decode(tf.range(0, law.logits.shape.at(-1)!, 1, "int32"), step) // [V, Z]
      const scores = tf.add(tf.mul(law.logits, 1 + ratio), random.gumbel(law.logits.shape)) // [B, L_k, V]
      return ops.matMul(ops.softmax(tf.div(scores, tau)), codes)
    }
    if (isBitwise(law)) {
      const uniform = tf.add(random.uniform(law.logits.shape), 2 ** -25)
      const noise = tf.sub(tf.log(tf.sub(1, uniform)), tf.log(uniform)) // what a bit's logit is compared with when it is drawn
      const shares = tf.sigmoid(tf.div(tf.add(tf.mul(law.logits, 1 + ratio), noise), tau)) // [B, L_k, d]
      const [zeros, ones] = [0, 1].map((bit) => decode(tf.fill([law.logits.shape.at(-1)!], bit, "int32"), step)) as [tf.Tensor, tf.Tensor]
      return tf.add(zeros, tf.mul(shares, tf.sub(ones, zeros)))
    }
    throw new ConfigError(`smooth: expected a law over tokens at step ${step}; wrap it around a process that draws tokens`)
  }

  return {
    ...process,
    predict(state, step, condition) {
      const law = process.predict(state, step, condition)
      const soft: SoftCodes = {
        law,
        sample: (random) => tf.tidy(() => softCodes(law, step, random)),
        mode: () => tf.tidy(() => decode(law.mode(), step)),
        logProb: noLikelihood,
        entropy: noLikelihood,
      }
      return soft
    },
    advance: (state, step, draw, prediction) => process.advance(state, step, draw, (prediction as SoftCodes | undefined)?.law),
  }
}

/** Draws are code vectors [B, L_k, Z]. */
interface SoftCodes extends Distribution<tf.Tensor> {
  /** The law of the tokens whose codes are mixed. */
  readonly law: Distribution<tf.Tensor>
}

const noLikelihood = (): never => {
  throw new ConfigError("smooth: expected only pictures to be asked for, since soft codes have no likelihood; leave smooth out to score")
}
