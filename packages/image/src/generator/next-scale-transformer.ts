import type { GridSchedule } from "@scalewise/core"
import { ops, tf, type layers, type Parameters, type RandomStream } from "@scalewise/nn"
import { attentionMask, type ScaleRange } from "./attention-mask.ts"
import { checkGenerator, type GeneratorConfig } from "./generator-config.ts"
import { initialMatrix, initialValues, modulated, modulationOf, type ModulationParameters } from "./modulation.ts"
import { applyBlock, initBlock, type BlockCache, type BlockParameters } from "./transformer-block.ts"

// B batch, L sites of all scales, L_k those of scale k, T sites of a pass, C width, Z channels of the latent, V outputs

type Linear = layers.WeightAndBias & Parameters

/** Parameters of a `nextScaleTransformer`. */
export type GeneratorParameters = {
  /** One row for each class, and the null class last: [classes + 1, C]. */
  readonly classes: tf.Tensor
  /** What the sites of scale 1 start from beside the class, [L_1, C]. */
  readonly start: tf.Tensor
  /** From latent vectors to the stream. */
  readonly embed: Linear
  /** One row for each scale, [K, C]. */
  readonly level: tf.Tensor
  /** One row for each site, [L, C]. */
  readonly position: tf.Tensor
  /** With modulation "shared": the map of the condition to 6 C. */
  readonly modulation?: ModulationParameters
  readonly blocks: Record<string, BlockParameters>
  readonly headModulation: ModulationParameters
  readonly head: Linear
}

/** Options of `nextScaleTransformer`. */
export interface NextScaleTransformerOptions {
  readonly config: GeneratorConfig
  readonly schedule: GridSchedule
  /** Z, the channels of the latent. */
  readonly channels: number
  /** V, what is predicted at each site: a logit for each code, or one for each bit. */
  readonly outputs: number
}

/** What one pass is given. */
export interface TransformerPass {
  /** int32 [B]; `classes` is the null class. */
  readonly labels: tf.Tensor
  /** The scales whose sites run. */
  readonly scales: ScaleRange
  /** What the sites of these scales read of the partial sums, [B, T, Z]; those of scale 1 read nothing and are left out. */
  readonly contexts: tf.Tensor | undefined
  /** Keys and values of the earlier scales that these sites see, for each block. @defaultValue none */
  readonly cache?: readonly BlockCache[] | undefined
  /** The scales in the cache. */
  readonly cached?: ScaleRange | undefined
  /** Return keys and values. @defaultValue false */
  readonly keepsCache?: boolean
}

/** A network from partial sums to the laws of tokens. */
export interface NextScaleTransformer {
  readonly config: GeneratorConfig
  readonly schedule: GridSchedule
  readonly outputs: number
  init(random: RandomStream): GeneratorParameters
  /** Logits [B, T, V] of the sites of `scales`, and, where asked for, keys and values of all scales seen so far. */
  apply(parameters: GeneratorParameters, pass: TransformerPass): { logits: tf.Tensor; cache: BlockCache[] }
}

/**
 * VAR's Transformer (arXiv 2404.02905): every site of a scale reads what the partial sum shows at its place, attends to its own and
 * earlier scales, and predicts its token in one shot (Eq. 18). With `scales` from 1 to K it is the teacher-forced network; with one scale and
 * a cache it is one step of the sampler; both are the same function.
 *
 * @throws ConfigError for settings that do not fit together
 */
export function nextScaleTransformer({ config, schedule, channels, outputs }: NextScaleTransformerOptions): NextScaleTransformer {
  checkGenerator(config)
  const { width, depth, classes } = config
  const firstSites = schedule.tokens[0]!
  const deviation = Math.sqrt(1 / (3 * width))
  const siteRange = ({ from, to }: ScaleRange): [number, number] => [
    schedule.offsets[from - 1]!,
    schedule.offsets[to - 1]! + schedule.tokens[to - 1]!,
  ]

  return {
    config,
    schedule,
    outputs,
    init(random) {
      const table = (name: string, rows: number): tf.Tensor =>
        tf.tensor2d(initialValues(random.fold(name), rows * width, deviation), [rows, width])
      const matrix = (name: string, inputs: number, columns: number, factor = 1): Linear =>
        initialMatrix(random.fold(name), { inputs, outputs: columns, deviation: deviation * factor })
      return {
        classes: table("classes", classes + 1),
        start: table("start", firstSites),
        embed: matrix("embed", channels, width, Math.sqrt((3 * width) / channels)),
        level: table("level", schedule.steps),
        position: table("position", schedule.length),
        ...(config.modulation === "shared" && { modulation: matrix("modulation", width, 6 * width, 0.5) }),
        blocks: Object.fromEntries(
          Array.from({ length: depth }, (_, index) => [String(index), initBlock(config, random.fold("blocks").fold(index))]),
        ),
        headModulation: matrix("headModulation", width, 2 * width, 0.5),
        head: matrix("head", width, outputs, 0.02),
      }
    },
    apply(parameters, { labels, scales, contexts, cache, cached, keepsCache = false }) {
      const condition = ops.embedding(parameters.classes, labels) // [B, C]
      const [begin, end] = siteRange(scales)
      const batch = labels.shape[0]
      const places = tf.add(
        tf.slice(parameters.position, [begin, 0], [end - begin, width]),
        ops.embedding(parameters.level, levelsOf(schedule, scales)),
      ) // [T, C]
      const parts: tf.Tensor[] = []
      if (scales.from === 1) parts.push(tf.add(tf.reshape(condition, [batch, 1, width]), tf.expandDims(parameters.start, 0)))
      if (contexts && contexts.shape[1]! > 0) parts.push(ops.linear(contexts, parameters.embed.weight, parameters.embed.bias))
      let x = tf.add(parts.length === 1 ? parts[0]! : tf.concat(parts, 1), tf.expandDims(places, 0)) // [B, T, C]

      const shared = parameters.modulation && ops.linear(ops.silu(condition), parameters.modulation.weight, parameters.modulation.bias)
      const mask = attentionMask(schedule, config, scales, { from: cached?.from ?? scales.from, to: scales.to })
      const caches: BlockCache[] = []
      for (let index = 0; index < depth; index++) {
        const block = applyBlock(config, parameters.blocks[index]!, x, { condition, shared, mask, cache: cache?.[index], keepsCache })
        ;({ x } = block)
        if (block.cache) caches.push(block.cache)
      }
      const [scale, shift] = modulationOf(parameters.headModulation, condition, 2) as [tf.Tensor, tf.Tensor]
      const logits = ops.linear(modulated(x, scale, shift), parameters.head.weight, parameters.head.bias) // Eq. (18)
      return { logits, cache: caches }
    },
  }
}

/** The scale, counted from 0, of each site of a range: int32 [T]. */
const levelsOf = ({ tokens }: GridSchedule, { from, to }: ScaleRange): tf.Tensor => {
  const levels: number[] = []
  for (let step = from; step <= to; step++) for (let site = 0; site < tokens[step - 1]!; site++) levels.push(step - 1)
  return tf.tensor1d(levels, "int32")
}
