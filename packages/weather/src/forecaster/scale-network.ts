import { gridAt, type Grid, type GridSchedule } from "@scalewise/core"
import { layers, ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { onBandGrid } from "../bands/laplacian-bands.ts"
import type { RefinerConfig } from "./forecaster-config.ts"
import { withSurroundings, type Surroundings } from "./surroundings.ts"

// B states, h x w sites of a scale, F channels of its map, G numbers of the whole domain, W width, O numbers put out for a token, r reach

/** What the network of a scale reads. */
export interface ScaleInputs {
  /** Fields of states, forecast and coarser codes, as `prepare` made it of them. */
  readonly view: PreparedView
  /** Of the whole domain, [B, G]. */
  readonly global: tf.Tensor
  /** Factors of the hidden numbers before those that are left are scaled up for what was dropped, [B, `hiddenWidth`]; none where it is absent. */
  readonly keep?: tf.Tensor | undefined
  /** What is learned of the scale's tokens. */
  readonly scale: unknown
}

/** How much a network reads. */
export interface NetworkReads {
  /** Fields of C channels. */
  readonly fields: number
  /** Numbers of the whole domain. */
  readonly globals: number
}

/** What the networks of a scale read of its fields, whatever they need. */
export type PreparedView = Readonly<Record<string, tf.Tensor>>

/** One network of one scale, of T tokens. */
export interface ScaleNetwork {
  init(random: RandomStream): Parameters
  /** What all networks of a scale need of its fields [B, h, w, F C] alike. */
  prepare(fields: tf.Tensor, scale: unknown): PreparedView
  /** What is said of each token, [B, T, O]; see `CodeLaw`. */
  apply(parameters: Parameters, inputs: ScaleInputs): tf.Tensor
  /** Numbers of a keep mask for each state. */
  readonly hiddenWidth: number
}

/** Options of `scaleNetwork`. */
export interface ScaleNetworkOptions {
  readonly refiner: RefinerConfig
  readonly schedule: GridSchedule
  readonly surroundings: Surroundings
  /** 1 .. K. */
  readonly step: number
  /** F. */
  readonly channels: number
  /** G. */
  readonly globals: number
  /** O. */
  readonly outputs: number
  /** Share of hidden numbers that a mask drops: what is kept grows by as much. */
  readonly dropout: number
}

/** Most sites that a site attends to; finer scales are reduced to such a grid. */
const attendedSites = 40

/**
 * The law of a scale's codes from what is known at each site: a window of the map, the whole domain and the site's own learned vector,
 * then residual blocks at each site. With `transformer`, blocks begin with attention to all sites (reduced where there are many).
 */
export function scaleNetwork({
  refiner,
  schedule,
  surroundings,
  step,
  channels,
  globals,
  outputs,
  dropout,
}: ScaleNetworkOptions): ScaleNetwork {
  const [height, width] = gridAt(schedule, step)
  const hidden = refiner.widths[step - 1]!
  const window = layers.conv2d({ inputs: channels, outputs: hidden, size: 2 * refiner.reach + 1, padding: "valid" })
  const whole = layers.linear({ inputs: globals, outputs: hidden, bias: false })
  const inner = layers.linear({ inputs: hidden, outputs: hidden })
  const queries = layers.linear({ inputs: hidden, outputs: hidden })
  const keysAndValues = layers.linear({ inputs: hidden, outputs: 2 * hidden })
  const head = layers.linear({ inputs: hidden, outputs })
  const isTransformer = refiner.kind === "transformer"
  const reduced = attendedGrid([height, width])

  const attended = (block: Parameters, x: tf.Tensor): tf.Tensor => {
    const normed = ops.layerNorm(x, {})
    const [batch] = x.shape as [number]
    const memory = onBandGrid(normed, reduced)
    const split = (values: tf.Tensor, parts: number): tf.Tensor =>
      tf.transpose(values.reshape([batch, -1, parts, refiner.heads, hidden / refiner.heads]), [2, 0, 3, 1, 4]) // [parts, B, heads, T, d]
    const q = split(queries.apply(block["queries"] as never, normed), 1).squeeze([0])
    const [k, v] = tf.unstack(split(keysAndValues.apply(block["memory"] as never, memory), 2)) as [tf.Tensor, tf.Tensor]
    const out = tf.transpose(ops.attention(q, k, v), [0, 2, 1, 3]).reshape([batch, height, width, hidden])
    return x.add(inner.apply(block["out"] as never, out))
  }

  return {
    hiddenWidth: (refiner.depth + 1) * hidden,
    prepare: (fields) => ({ around: withSurroundings(fields, refiner.reach, surroundings) }),
    init: (random) => ({
      window: window.init(random.fold("window")),
      whole: whole.init(random.fold("whole")),
      position: tf.zeros([height, width, hidden]),
      blocks: Object.fromEntries(
        Array.from({ length: refiner.depth }, (_, index) => {
          const of = random.fold("block").fold(index)
          return [
            String(index),
            {
              inner: inner.init(of.fold("inner")),
              ...(isTransformer && {
                queries: queries.init(of.fold("queries")),
                memory: keysAndValues.init(of.fold("memory")),
                out: inner.init(of.fold("out")),
              }),
            },
          ]
        }),
      ),
      head: head.init(random.fold("head")),
    }),
    apply: (parameters, { view, global, keep }) => {
      const [batch] = view["around"]!.shape as [number]
      const kept = (x: tf.Tensor, layer: number): tf.Tensor =>
        keep
          ? x.mul(
              keep
                .slice([0, layer * hidden], [-1, hidden])
                .reshape([batch, 1, 1, hidden])
                .div(1 - dropout),
            )
          : x
      const site = window.apply(parameters["window"] as never, view["around"]!)
      const domain = whole.apply(parameters["whole"] as never, global).reshape([batch, 1, 1, hidden])
      let x = kept(tf.relu(site.add(domain).add(parameters["position"] as tf.Tensor)), 0)
      for (let index = 0; index < refiner.depth; index++) {
        const block = (parameters["blocks"] as Parameters)[String(index)] as Parameters
        if (isTransformer) x = attended(block, x)
        x = x.add(kept(tf.relu(inner.apply(block["inner"] as never, x)), index + 1))
      }
      return head.apply(parameters["head"] as never, x.reshape([batch, height * width, hidden]))
    },
  }
}

/** A grid of at most `attendedSites` sites of about the same shape. */
function attendedGrid([height, width]: Grid): Grid {
  if (height * width <= attendedSites) return [height, width]
  const factor = Math.sqrt(attendedSites / (height * width))
  return [Math.max(1, Math.floor(height * factor)), Math.max(1, Math.floor(width * factor))]
}
