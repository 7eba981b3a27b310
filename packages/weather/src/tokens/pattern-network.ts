import { layers, ops, tf, type Parameters } from "@scalewise/nn"
import type { RefinerConfig } from "../forecaster/forecaster-config.ts"
import type { ScaleNetwork } from "../forecaster/scale-network.ts"
import { withSurroundings, type Surroundings } from "../forecaster/surroundings.ts"
import { toPatterns } from "./pattern-basis.ts"
import type { PatternScale } from "./pattern-quantiser.ts"

// B states, h x w sites, C channels of the latent, T = h w C patterns, F fields of a view, G numbers of the whole domain, S and W widths, O numbers put out for a token

/** Options of `patternNetwork`. */
export interface PatternNetworkOptions {
  readonly refiner: Pick<RefinerConfig, "kind" | "depth" | "heads" | "reach">
  readonly surroundings: Surroundings
  /** W; a third of it at the sites. */
  readonly width: number
  /** h and w. */
  readonly grid: readonly [height: number, width: number]
  /** C. */
  readonly channels: number
  /** F. */
  readonly fields: number
  /** G. */
  readonly globals: number
  /** O. */
  readonly outputs: number
  readonly dropout: number
}

/**
 * The law of the coefficients of a scale's patterns. Windows of states, forecast and coarser codes become hidden fields at the sites,
 * which are then written in the patterns like the fields themselves; beside them each pattern reads its own coefficients and the whole
 * domain. All patterns share the network; learned vectors of each gate what it takes. With `transformer`, blocks begin with attention between patterns.
 */
export function patternNetwork(options: PatternNetworkOptions): ScaleNetwork {
  const { refiner, surroundings, width, grid, channels, fields, globals, outputs, dropout } = options
  const patterns = grid[0] * grid[1] * channels
  const perSite = Math.max(4, Math.round(width / 3))
  const window = layers.conv2d({ inputs: fields * channels, outputs: perSite, size: 2 * refiner.reach + 1, padding: "valid" })
  const mixed = layers.linear({ inputs: perSite, outputs: perSite * channels })
  const own = layers.linear({ inputs: fields + perSite, outputs: width })
  const whole = layers.linear({ inputs: globals, outputs: width, bias: false })
  const inner = layers.linear({ inputs: width, outputs: width })
  const attention = layers.selfAttention({ width, heads: refiner.heads })
  const head = layers.linear({ inputs: width, outputs })
  const isTransformer = refiner.kind === "transformer"

  /** Fields [B, h, w, n C], each with C neighbouring channels, as coefficients [B, T, n]. */
  const inPatterns = ({ basis }: PatternScale, maps: tf.Tensor): tf.Tensor => {
    const [batch, height, wide, all] = maps.shape as [number, number, number, number]
    const count = all / channels
    const apart = tf
      .transpose(maps.reshape([batch, height, wide, count, channels]), [0, 3, 1, 2, 4])
      .reshape([batch * count, height, wide, channels])
    return tf.transpose(toPatterns(basis, apart).reshape([batch, count, patterns]), [0, 2, 1])
  }

  return {
    hiddenWidth: (refiner.depth + 1) * width,
    prepare: (view, scale) => {
      const { deviation } = scale as PatternScale
      return {
        around: withSurroundings(view, refiner.reach, surroundings),
        own: inPatterns(scale as PatternScale, view).div(deviation.reshape([patterns, 1])),
      }
    },
    init: (random) => ({
      window: window.init(random.fold("window")),
      mixed: mixed.init(random.fold("mixed")),
      own: own.init(random.fold("own")),
      whole: whole.init(random.fold("whole")),
      ownGate: tf.ones([patterns, width]),
      wholeGate: tf.tidy(() => random.fold("gate").normal([patterns, width]).mul(0.5)),
      position: tf.zeros([patterns, width]),
      blocks: Object.fromEntries(
        Array.from({ length: refiner.depth }, (_, index) => {
          const of = random.fold("block").fold(index)
          return [
            String(index),
            { inner: inner.init(of.fold("inner")), ...(isTransformer && { attention: attention.init(of.fold("attention")) }) },
          ]
        }),
      ),
      head: head.init(random.fold("head")),
      bias: tf.zeros([patterns, outputs]),
    }),
    apply: (parameters, { view, global, keep, scale }) => {
      const [batch] = view["own"]!.shape as [number]
      const kept = (x: tf.Tensor, layer: number): tf.Tensor =>
        keep
          ? x.mul(
              keep
                .slice([0, layer * width], [-1, width])
                .reshape([batch, 1, width])
                .div(1 - dropout),
            )
          : x
      const site = mixed.apply(parameters["mixed"] as never, tf.relu(window.apply(parameters["window"] as never, view["around"]!)))
      const read = tf.concat([view["own"]!, inPatterns(scale as PatternScale, site)], 2)
      const mine = own.apply(parameters["own"] as never, read).mul(parameters["ownGate"] as tf.Tensor)
      const domain = whole
        .apply(parameters["whole"] as never, global)
        .expandDims(1)
        .mul(parameters["wholeGate"] as tf.Tensor)
      let x = kept(tf.relu(mine.add(domain).add(parameters["position"] as tf.Tensor)), 0)
      for (let index = 0; index < refiner.depth; index++) {
        const block = (parameters["blocks"] as Parameters)[String(index)] as Parameters
        if (isTransformer) x = x.add(attention.apply(block["attention"] as never, ops.layerNorm(x)))
        x = x.add(kept(tf.relu(inner.apply(block["inner"] as never, x)), index + 1))
      }
      return head.apply(parameters["head"] as never, x).add(parameters["bias"] as tf.Tensor)
    },
  }
}
