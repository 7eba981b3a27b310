import { ConfigError, ops, ShapeError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"
import { sumSites } from "./sum-sites.ts"

// B batch, ... sites (any number of dimensions, or none), V entries of the codebook

/** Independent categorical laws over codebook entries (Eqs. 17 and 18); a draw is an int32 tensor [B, ...]. */
export interface Categorical extends Distribution<tf.Tensor> {
  readonly family: "categorical"
  /** Unnormalised log probabilities [B, ..., V]. Write -1e9, not -Infinity, for what cannot be drawn. */
  readonly logits: tf.Tensor
  /** Natural log probability of `draw` at each site [B, ...]. */
  logProbPerSite(draw: tf.Tensor): tf.Tensor
  mapLogits(map: (logits: tf.Tensor) => tf.Tensor): Categorical
}

/**
 * The categorical law of `logits` [B, ..., V]. Draws are Gumbel-max, hence equal on backends whose logits agree
 * within rounding; the lowest id wins a tie.
 *
 * @throws ShapeError where there is no entry to draw, or where a draw has other sites than the logits
 */
export function categorical(logits: tf.Tensor): Categorical {
  const sites = logits.shape.slice(0, -1)
  const entries = logits.shape.at(-1) ?? 0
  if (logits.rank < 2 || entries === 0) throw new ShapeError(`categorical: expected logits [B, ..., V], got [${logits.shape.join(", ")}]`)

  const logProbPerSite = (draw: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      if (!tf.util.arraysEqual(draw.shape, sites))
        throw new ShapeError(`categorical: expected a draw [${sites.join(", ")}], one id per site, got [${draw.shape.join(", ")}]`)
      // One entry costs nothing, and not all backends can tell one class from none
      return entries === 1 ? logits.squeeze([-1]).mul(0) : ops.crossEntropy(logits, draw.toInt()).neg()
    })

  return {
    family: "categorical",
    logits,
    sample: (random) => ops.sampleCategorical(logits, random),
    mode: () => logits.argMax(-1),
    logProbPerSite,
    logProb: (draw) => tf.tidy(() => sumSites(logProbPerSite(draw))),
    entropy: () =>
      tf.tidy(() => {
        const logProbs = ops.logSoftmax(logits)
        return sumSites(logProbs.exp().mul(logProbs).sum(-1).neg())
      }),
    guidedFrom(unconditional, scale) {
      if (!isCategorical(unconditional)) throw new ConfigError("categorical: expected to be guided from another categorical law")
      // c + (s - 1)(c - u) is u + s(c - u), and exact where s = 1 or c = u
      return scale === 1 ? this : categorical(tf.tidy(() => logits.add(logits.sub(unconditional.logits).mul(scale - 1))))
    },
    mapLogits: (map) => categorical(tf.tidy(() => map(logits))),
  }
}

/** Whether a law is categorical, so that its logits can be read. */
export function isCategorical(law: object): law is Categorical {
  return "family" in law && law.family === "categorical"
}
