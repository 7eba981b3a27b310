import { ConfigError, layers, ops, ShapeError, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { attentionBlock, type AttentionBlockParameters } from "../tokenizer/attention-block.ts"
import { groupsOf, modulatedBlock, type ModulatedBlock, type ModulatedBlockParameters } from "./modulated-block.ts"
import { timeFeatures } from "./time-features.ts"

// Letters: B batch, H height, W width, C channels, E width of the context.

/** Everything that makes a U-Net, as plain JSON. */
export interface UnetConfig {
  /** H, W and C of x and of the prediction. */
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Classes that it can be conditioned on; 0 is an unconditional model. */
  readonly classes: number
  /** Channels of each level, finest first; each further level has half the side, rounded up. */
  readonly widths: readonly number[]
  /** Residual blocks of a level on the way down, and of each level but the coarsest on the way up. */
  readonly depth: number
  /** E, the width of what time and class are embedded in; a multiple of 4. */
  readonly context: number
  /** Most groups of a group norm; the largest number up to it that divides the channels is taken. */
  readonly groups: number
}

type Convolution = layers.WeightAndBias & Parameters
type Numbered<P> = { readonly [index: string]: P }

/** Parameters of a `unet`. Levels are named "0" (the finest), "1", ...; `shrink` leads to the next one. */
export type UnetParameters = {
  readonly time: Parameters
  readonly label: { readonly weight: tf.Tensor }
  readonly enter: Convolution
  readonly down: Numbered<{ readonly blocks: Numbered<ModulatedBlockParameters>; readonly shrink?: Convolution }>
  readonly middle: {
    readonly block1: ModulatedBlockParameters
    readonly attention: AttentionBlockParameters
    readonly block2: ModulatedBlockParameters
  }
  readonly up: Numbered<Numbered<ModulatedBlockParameters>>
  readonly norm: layers.NormParameters & Parameters
  readonly leave: Convolution
}

/** A denoising network. */
export interface Unet {
  readonly config: UnetConfig
  init(random: RandomStream): UnetParameters
  /**
   * x_t [B, H, W, C], times [B] and classes int32 [B] (`classes` itself is the null class) to a prediction [B, H, W, C].
   *
   * @throws ShapeError where x has another size
   */
  apply(parameters: UnetParameters, xt: tf.Tensor, timesB: tf.Tensor, labelsB: tf.Tensor): tf.Tensor
}

/**
 * A U-Net whose residual blocks are told time and class, with attention between two blocks at the coarsest level (Ho et al. 2020, appendix B;
 * Dhariwal and Nichol 2021, section 3). The last convolution starts at zero: an untrained network predicts 0.
 *
 * @throws ConfigError for sizes that are no positive integers
 */
export function unet(config: UnetConfig): Unet {
  checkUnet(config)
  const { height, width, channels, classes, widths, depth, context, groups } = config
  const last = widths.length - 1
  const [finest, coarsest] = [widths[0]!, widths[last]!]
  const block = (inputs: number, outputs: number) => modulatedBlock({ inputs, outputs, context, groups })
  const blocksOf = (inputs: number, outputs: number) => Array.from({ length: depth }, (_, i) => block(i === 0 ? inputs : outputs, outputs))

  const time = layers.mlp({ widths: [context / 2, context, context], activation: ops.silu })
  const label = layers.embedding({ count: classes + 1, width: context, deviation: 0.02 })
  const enter = layers.conv2d({ inputs: channels, outputs: finest })
  const down = widths.map((count, level) => ({
    blocks: blocksOf(count, count),
    shrink: level === last ? undefined : layers.conv2d({ inputs: count, outputs: widths[level + 1]!, stride: 2 }),
  }))
  const block1 = block(coarsest, coarsest)
  const attention = attentionBlock({ channels: coarsest, groups: groupsOf(coarsest, groups) })
  const block2 = block(coarsest, coarsest)
  const up = widths.slice(0, -1).map((count, level) => blocksOf(widths[level + 1]! + count, count))
  const norm = layers.groupNorm({ channels: finest, groups: groupsOf(finest, groups) })
  const leave = layers.conv2d({ inputs: finest, outputs: channels })

  return {
    config,
    init: (random) => ({
      time: time.init(random.fold("time")),
      label: label.init(random.fold("label")),
      enter: enter.init(random.fold("enter")),
      down: numbered(down, random.fold("down"), ({ blocks, shrink }, branch) => ({
        blocks: numbered(blocks, branch.fold("blocks"), (one, r) => one.init(r)),
        ...(shrink && { shrink: shrink.init(branch.fold("shrink")) }),
      })),
      middle: {
        block1: block1.init(random.fold("block1")),
        attention: attention.init(random.fold("attention")),
        block2: block2.init(random.fold("block2")),
      },
      up: numbered(up, random.fold("up"), (blocks, branch) => numbered(blocks, branch, (one, r) => one.init(r))),
      norm: norm.init(random.fold("norm")),
      leave: { weight: tf.zeros([3, 3, finest, channels]), bias: tf.zeros([channels]) },
    }),

    apply(parameters, xt, timesB, labelsB) {
      if (xt.shape.slice(1).join() !== [height, width, channels].join())
        throw new ShapeError(`unet: expected x [B, ${height}, ${width}, ${channels}], got [${xt.shape.join(", ")}]`)
      return tf.tidy(() => {
        const features = timeFeatures(timesB, context / 2)
        const contextBE = ops.silu(tf.add(time.apply(parameters.time, features), label.apply(parameters.label, labelsB)))
        const through = (blocks: readonly ModulatedBlock[], own: Numbered<ModulatedBlockParameters>, x: tf.Tensor): tf.Tensor =>
          blocks.reduce((h, one, i) => one.apply(own[i]!, h, contextBE), x)

        let h = enter.apply(parameters.enter, xt)
        const skips = down.map(({ blocks, shrink }, level) => {
          const own = parameters.down[level]!
          const kept = through(blocks, own.blocks, h)
          h = shrink && own.shrink ? shrink.apply(own.shrink, kept) : kept
          return kept
        })
        const { middle } = parameters
        h = block1.apply(middle.block1, h, contextBE)
        h = attention.apply(middle.attention, h)
        h = block2.apply(middle.block2, h, contextBE)
        for (let level = last - 1; level >= 0; level--) {
          const skip = skips[level]!
          h = through(up[level]!, parameters.up[level]!, tf.concat([enlarged(h, skip.shape), skip], 3))
        }
        return leave.apply(parameters.leave, ops.silu(norm.apply(parameters.norm, h)))
      })
    },
  }
}

/**
 * Refuses settings that do not fit together.
 *
 * @throws ConfigError that names the setting
 */
function checkUnet({ classes, widths, context, ...sizes }: UnetConfig): void {
  const counts = Object.entries({ ...sizes, context, levels: widths.length, ...Object.fromEntries(Object.entries(widths)) })
  for (const [name, value] of counts)
    if (!(Number.isInteger(value) && value >= 1))
      throw new ConfigError(`unet ${/\d/.test(name) ? `widths.${name}` : name}: expected a positive integer, got ${value}`)
  if (!(Number.isInteger(classes) && classes >= 0)) throw new ConfigError(`unet classes: expected 0 or more, got ${classes}`)
  if (context % 4 !== 0) throw new ConfigError(`unet context: expected a multiple of 4, got ${context}`)
}

const numbered = <T, P>(items: readonly T[], random: RandomStream, init: (item: T, random: RandomStream) => P): Numbered<P> =>
  Object.fromEntries(items.map((item, index) => [String(index), init(item, random.fold(index))]))

/** x at twice its size; without the last row and column where the finer level has an odd side. */
function enlarged(x: tf.Tensor, [batch, height, width]: readonly number[]): tf.Tensor {
  const doubled = ops.upsampleNearest(x, 2)
  if (doubled.shape[1] === height && doubled.shape[2] === width) return doubled
  return tf.slice(doubled, [0, 0, 0, 0], [batch!, height!, width!, x.shape[3]!])
}
