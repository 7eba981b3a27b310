import { ConfigError, tf } from "@scalewise/nn"
import type { Distribution } from "../distribution/distribution.ts"
import { batchOf, samplesOf, tokenLogLikelihood, type LogLikelihoodOptions, type RefinementModel } from "./log-likelihood.ts"

/** Options of `likelihoodBound`. */
export interface LikelihoodBoundOptions<Data, Condition, Output> extends LogLikelihoodOptions<Condition> {
  /** p(x | tokens): the law of the data that a readout stands for, e.g. `(image) => discretisedLogistic({ mean: image, logScale })`. */
  decoder: (output: Output) => Distribution<Data>
}

/** A lower bound of log p(x) and its two parts. Three names, so that none is taken for another. */
export interface LikelihoodBound {
  /** log p(tokens(x)) + log p(x | tokens(x)), at most log p(x). Natural log, shape [B]. */
  lowerBoundNats: tf.Tensor
  /** log p(tokens(x)), exact (Eq. 2). Shape [B]. */
  tokenNats: tf.Tensor
  /** log p(x | tokens(x)), the decoder's. Shape [B]. */
  decoderNats: tf.Tensor
}

/**
 * log p(x) = log sum over tokens of p(tokens) p(x | tokens) >= log p(tokens(x)) + log p(x | tokens(x)): one term of
 * the sum, the one that a deterministic forward process picks. With a decoder that is a probability over the values
 * that data can take (`bitwise`, `discretisedLogistic`) it compares with other models' bits per dimension.
 * The caller owns the tensors.
 */
export function likelihoodBound<Data, State, Draw, Condition, Output>(
  { forward, process }: RefinementModel<Data, State, Draw, Condition, Output>,
  data: Data,
  { decoder, condition, seed = 0, batch = batchOf(data) }: LikelihoodBoundOptions<Data, Condition, Output>,
): LikelihoodBound {
  return tf.tidy(() => {
    const targets = forward.targets(data, samplesOf(seed, batch).fold("forward"))
    const { nats: tokenNats, state } = tokenLogLikelihood(process, targets, { condition: condition as Condition, seed, batch })
    const decoderNats = decoder(process.readout(state)).logProb(data)
    return { lowerBoundNats: tokenNats.add(decoderNats), tokenNats, decoderNats }
  })
}

/**
 * Bits per dimension that the bound certifies, -bound / (D ln 2): at least the model's true figure. Shape [B].
 * It takes a bound and not nats, since tokens alone have no bits per dimension of the data (`tokenBitsPerSite`).
 */
export function bitsPerDimension({ lowerBoundNats }: LikelihoodBound, dimensions: number): tf.Tensor {
  if (!(dimensions >= 1)) throw new ConfigError(`bitsPerDimension: expected at least one dimension, got ${dimensions}`)
  return lowerBoundNats.div(-dimensions * Math.LN2)
}

/** Bits that the tokens cost per site of the data (a pixel, an atom): a code length of the tokens, not of the data. Shape [B]. */
export function tokenBitsPerSite({ nats }: { nats: tf.Tensor }, sites: number): tf.Tensor {
  if (!(sites >= 1)) throw new ConfigError(`tokenBitsPerSite: expected at least one site, got ${sites}`)
  return nats.div(-sites * Math.LN2)
}
