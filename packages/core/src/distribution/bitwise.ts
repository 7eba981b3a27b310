import { ConfigError, ops, ShapeError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"
import { logSigmoid } from "./log-sigmoid.ts"
import { sumSites } from "./sum-sites.ts"

/** Independent Bernoulli laws, one per bit (Infinity's head, or black and white pixels); a draw is int32 0 or 1, [B, ..., d]. */
export interface Bitwise extends Distribution<tf.Tensor> {
  readonly family: "bitwise"
  /** log(p / (1 - p)) of each bit being 1, [B, ..., d]. */
  readonly logits: tf.Tensor
  /** Natural log probability of each bit of `draw`, [B, ..., d]. */
  logProbPerSite(draw: tf.Tensor): tf.Tensor
  mapLogits(map: (logits: tf.Tensor) => tf.Tensor): Bitwise
}

/**
 * The bitwise law of `logits` [B, ..., d].
 *
 * @throws ShapeError where a draw has another shape than the logits
 */
export function bitwise(logits: tf.Tensor): Bitwise {
  const logProbPerSite = (draw: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      if (!tf.util.arraysEqual(draw.shape, logits.shape))
        throw new ShapeError(`bitwise: expected a draw [${logits.shape.join(", ")}], got [${draw.shape.join(", ")}]`)
      return ops.binaryCrossEntropyWithLogits(logits, draw.toFloat()).neg()
    })
  return {
    family: "bitwise",
    logits,
    sample: (random) => tf.tidy(() => random.uniform(logits.shape).less(logits.sigmoid()).toInt()),
    mode: () => tf.tidy(() => logits.greater(0).toInt()),
    logProbPerSite,
    logProb: (draw) => tf.tidy(() => sumSites(logProbPerSite(draw))),
    // -p log p - (1 - p) log(1 - p), with log(1 - p) = log p - x
    entropy: () => tf.tidy(() => sumSites(logits.mul(logits.neg().sigmoid()).sub(logSigmoid(logits)))),
    guidedFrom(unconditional, scale) {
      if (!isBitwise(unconditional)) throw new ConfigError("bitwise: expected to be guided from another bitwise law")
      return scale === 1 ? this : bitwise(tf.tidy(() => logits.add(logits.sub(unconditional.logits).mul(scale - 1))))
    },
    // A bit is a codebook of two entries with logits (0, x)
    mapLogits: (map) =>
      bitwise(
        tf.tidy(() => {
          const [zero, one] = map(tf.stack([tf.zerosLike(logits), logits], -1)).unstack(-1)
          return one!.sub(zero!)
        }),
      ),
  }
}

/** Whether a law is bitwise, so that its logits can be read. */
export function isBitwise(law: object): law is Bitwise {
  return "family" in law && law.family === "bitwise"
}
