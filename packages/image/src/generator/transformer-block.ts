import { ops, tf, type layers, type Parameters, type RandomStream } from "@scalewise/nn"
import type { GeneratorConfig } from "./generator-config.ts"
import { initialMatrix, modulated, modulationOf, splitParts, type ModulationParameters } from "./modulation.ts"

// B batch, T sites of this pass, S sites seen, C width, H heads, d = C / H

type Linear = layers.WeightAndBias & Parameters

/** Parameters of one block. */
export type BlockParameters = {
  readonly qkv: Linear
  readonly out: Linear
  /** Natural log of the factor of each head [H], with attention normalisation. */
  readonly logFactor?: tf.Tensor
  readonly feedIn: Linear
  readonly feedOut: Linear
  /** With modulation "own": the map of the condition to 6 C. */
  readonly modulation?: ModulationParameters
  /** With modulation "shared": what this block adds to the shared vectors, [6 C]. */
  readonly offset?: tf.Tensor
}

/** Keys and values [B, H, S, d] of the scales before, of one block. */
export interface BlockCache {
  readonly keys: tf.Tensor
  readonly values: tf.Tensor
}

/** What one pass through a block is given. */
export interface BlockContext {
  /** [B, C]. */
  readonly condition: tf.Tensor
  /** With modulation "shared": the shared map of the condition, [B, 6 C]. */
  readonly shared: tf.Tensor | undefined
  /** [T, S], added to the scores. */
  readonly mask: tf.Tensor | undefined
  /** Keys and values to attend to beside those of this pass. */
  readonly cache: BlockCache | undefined
  /** Whether keys and values are wanted back. */
  readonly keepsCache: boolean
}

/** Fresh parameters; the two maps back to the stream start smaller the deeper the network, as in VAR. */
export function initBlock({ width, depth, heads, feedForward, ...config }: GeneratorConfig, random: RandomStream): BlockParameters {
  const deviation = Math.sqrt(1 / (3 * width))
  const matrix = (name: string, inputs: number, outputs: number, factor = 1): Linear =>
    initialMatrix(random.fold(name), { inputs, outputs, deviation: deviation * factor })
  const back = 1 / Math.sqrt(2 * depth)
  const isGate = (output: number): boolean => output < 2 * width
  return {
    qkv: matrix("qkv", width, 3 * width),
    out: matrix("out", width, width, back),
    ...(config.attentionNorm && { logFactor: tf.fill([heads], Math.log(4)) }),
    feedIn: matrix("feedIn", width, feedForward * width),
    feedOut: matrix("feedOut", feedForward * width, width, back),
    ...(config.modulation === "own"
      ? {
          modulation: initialMatrix(random.fold("modulation"), {
            inputs: width,
            outputs: 6 * width,
            deviation: 0.5 * deviation,
            gain: (output) => (isGate(output) ? 0.2 : 1),
            bias: (output) => (isGate(output) ? config.gateStart : 0),
          }),
        }
      : { offset: tf.tensor1d(Array.from({ length: 6 * width }, (_, output) => (isGate(output) ? config.gateStart : 0))) }),
  }
}

/**
 * One block: x [B, T, C] through attention and a feed-forward network, both modulated and gated by the condition. The six vectors come
 * in VAR's order: gates, scales, shifts of the two branches.
 */
export function applyBlock(
  config: GeneratorConfig,
  parameters: BlockParameters,
  x: tf.Tensor,
  { condition, shared, mask, cache, keepsCache }: BlockContext,
): { x: tf.Tensor; cache: BlockCache | undefined } {
  // In a scope of its own: what a block of a large model computes between takes dozens of times its result
  return tf.tidy(() => {
    const vectors = shared ? splitParts(tf.add(shared, parameters.offset!), 6) : modulationOf(parameters.modulation!, condition, 6)
    const [gate1, gate2, scale1, scale2, shift1, shift2] = vectors as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const attended = attend(config, parameters, modulated(x, scale1, shift1), { mask, cache, keepsCache })
    const afterAttention = tf.add(x, tf.mul(ops.linear(attended.out, parameters.out.weight, parameters.out.bias), gate1))
    const inner = ops.geluTanh(ops.linear(modulated(afterAttention, scale2, shift2), parameters.feedIn.weight, parameters.feedIn.bias))
    const fed = ops.linear(inner, parameters.feedOut.weight, parameters.feedOut.bias)
    return { x: tf.add(afterAttention, tf.mul(fed, gate2)), cache: attended.cache } as {
      x: tf.Tensor
      cache: BlockCache | undefined
    } & tf.TensorContainerObject
  })
}

function attend(
  { heads, attentionNorm, attentionFactor }: GeneratorConfig,
  { qkv, logFactor }: BlockParameters,
  x: tf.Tensor,
  { mask, cache, keepsCache }: Pick<BlockContext, "mask" | "cache" | "keepsCache">,
): { out: tf.Tensor; cache: BlockCache | undefined } {
  const [batch, sites, width] = x.shape as [number, number, number]
  const d = width / heads
  const joint = ops.linear(x, qkv.weight, qkv.bias) // [B, T, 3 C]
  if (!attentionNorm && !cache && !keepsCache)
    return { out: ops.selfAttention(joint, { heads, mask, scale: attentionFactor / Math.sqrt(d) }), cache: undefined }

  const parts = tf.transpose(tf.reshape(joint, [batch, sites, 3, heads, d]), [2, 0, 3, 1, 4]) // [3, B, H, T, d]
  const [q, k, v] = tf.unstack(parts) as [tf.Tensor, tf.Tensor, tf.Tensor]
  const factor = logFactor && tf.reshape(tf.exp(tf.minimum(logFactor, Math.log(100))), [1, heads, 1, 1])
  const queries = factor ? tf.mul(unit(q), factor) : q
  const newKeys = factor ? unit(k) : k
  const keys = cache ? tf.concat([cache.keys, newKeys], 2) : newKeys
  const values = cache ? tf.concat([cache.values, v], 2) : v
  const out = ops.attention(queries, keys, values, { mask, scale: factor ? 1 : attentionFactor / Math.sqrt(d) })
  return {
    out: tf.reshape(tf.transpose(out, [0, 2, 1, 3]), [batch, sites, width]),
    cache: keepsCache ? { keys, values } : undefined,
  }
}

/** Vectors of the last dimension at length one. */
const unit = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-24)))
