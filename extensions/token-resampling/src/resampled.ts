import { categorical, isCategorical, type BackwardProcess, type Categorical, type Distribution } from "@scalewise/core"
import { ConfigError, ops, tf } from "@scalewise/nn"

// V entries of the codebook

/** Options of `resampled`. */
export interface ResampledOptions {
  /** A token less probable than this is drawn again: one number, or one for each step. 0 is off. @defaultValue 0.05 */
  below?: number | readonly number[]
  /** How many times at most. @defaultValue 2 */
  rounds?: number
}

/**
 * Draws tokens again that the model was not sure of, as SRDD does (arXiv 2509.22636, of which we know the abstract only): what comes out is
 * accepted where its probability is at least `below`, and after `rounds` more draws whatever it is.
 *
 * The sites of a step are independent (Eq. 18), so the law of what comes out is known: with L the probability of all unsure tokens, a sure
 * one has p (1 + L + ... + L^rounds), an unsure one p L^rounds. The wrapper draws from that law: one draw, no further network call, and
 * likelihoods stay exact. Where every token is unsure nothing changes.
 *
 * @throws ConfigError for values out of range, and at a step whose law is not categorical
 */
export function resampled<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { below = 0.05, rounds = 2 }: ResampledOptions = {},
): BackwardProcess<State, Draw, Condition, Output> {
  const thresholds = typeof below === "number" ? Array.from({ length: process.steps }, () => below) : below
  if (thresholds.length !== process.steps)
    throw new ConfigError(`resampled: expected one value, or one for each of the ${process.steps} steps, got ${thresholds.length}`)
  if (!thresholds.every((value) => value >= 0 && value <= 1))
    throw new ConfigError(`resampled: expected probabilities from 0 to 1, got ${thresholds.join(", ")}`)
  if (!Number.isInteger(rounds) || rounds < 0) throw new ConfigError(`resampled: expected a number of rounds from 0 on, got ${rounds}`)
  return {
    ...process,
    predict(state, step, condition) {
      const original = process.predict(state, step, condition)
      if (!isCategorical(original)) throw new ConfigError(`resampled: expected a categorical law at step ${step}, got another one`)
      const law = resampledLaw(original, thresholds[step - 1]!, rounds)
      // The wrapped process gets its own prediction back: it may have kept something in it
      return { ...law, resampledFrom: original } as unknown as Distribution<Draw>
    },
    advance: (state, step, draw, prediction) =>
      process.advance(state, step, draw, (prediction as { resampledFrom?: Distribution<Draw> } | undefined)?.resampledFrom),
  }
}

/** The law of a token that is drawn, and drawn again while it is less probable than `below`, `rounds` times at most. */
export function resampledLaw({ logits }: Categorical, below: number, rounds: number): Categorical {
  return categorical(
    tf.tidy(() => {
      const logProbs = ops.logSoftmax(logits) // [..., V]
      const probs = logProbs.exp()
      const isUnsure = probs.less(below)
      const unsure = tf.where(isUnsure, probs, tf.zerosLike(probs)).sum(-1, true) // L, [..., 1]
      const accepted = tf.addN(Array.from({ length: rounds + 1 }, (_, round) => unsure.pow(round))).log()
      const exhausted = unsure.maximum(1e-30).log().mul(rounds)
      return logProbs.add(tf.where(isUnsure, exhausted.add(tf.zerosLike(probs)), accepted.add(tf.zerosLike(probs))))
    }),
  )
}
