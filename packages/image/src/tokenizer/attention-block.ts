import { layers, ops, tf, type Layer, type Parameters } from "@scalewise/nn"

/** Parameters of an `attentionBlock`. */
export type AttentionBlockParameters = {
  readonly norm: layers.NormParameters & Parameters
  readonly qkv: layers.WeightAndBias & Parameters
  readonly out: layers.WeightAndBias & Parameters
}

/** Options of `attentionBlock`. */
export interface AttentionBlockOptions {
  /** Channels of x and of the result. */
  readonly channels: number
  /** Groups of the normalisation. */
  readonly groups: number
}

/** x [B, H, W, C] plus one head of attention over all H W sites of its group norm; the projections are linear maps at each site. */
export function attentionBlock({ channels, groups }: AttentionBlockOptions): Layer<AttentionBlockParameters> {
  const norm = layers.groupNorm({ channels, groups })
  const qkv = layers.linear({ inputs: channels, outputs: 3 * channels })
  const out = layers.linear({ inputs: channels, outputs: channels })
  return {
    init: (random) => ({ norm: norm.init(random.fold("norm")), qkv: qkv.init(random.fold("qkv")), out: out.init(random.fold("out")) }),
    apply(parameters, x) {
      const [batch, height, width] = x.shape as [number, number, number, number]
      const sequence = tf.reshape(norm.apply(parameters.norm, x), [batch, height * width, channels])
      const attended = ops.selfAttention(qkv.apply(parameters.qkv, sequence), { heads: 1 })
      return tf.add(x, tf.reshape(out.apply(parameters.out, attended), x.shape))
    },
  }
}
