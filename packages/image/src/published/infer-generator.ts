import { CheckpointError, ConfigError } from "@scalewise/nn"
import type { GeneratorConfig } from "../generator/generator-config.ts"
import { agreedSize, countOf, type TensorShapes } from "./tensor-shapes.ts"

/** What the tensors of a published Transformer say of it. */
export interface InferredGenerator {
  readonly generator: GeneratorConfig
  /** The side of the token map of each scale. */
  readonly grids: readonly number[]
  /** V, the codes that it predicts. */
  readonly codes: number
}

/** Options of `inferGenerator`. */
export interface InferGeneratorOptions {
  /** The numbers of the buffer `lvl_1L`: which scale, from 0, each site belongs to. @defaultValue unknown */
  readonly levels?: readonly number[] | undefined
  /** The side of the token map of each scale. @defaultValue from `levels`, else those of a released model with so many scales and sites */
  readonly grids?: readonly number[] | undefined
  /** Heads, which no tensor tells where attention is not normalised. @defaultValue VAR's rule, 64 channels a head */
  readonly heads?: number | undefined
  /** The file, for messages. */
  readonly where?: string
}

/** The released models: 256, 512 and 1024 pixels. */
const releasedGrids: readonly (readonly number[])[] = [
  [1, 2, 3, 4, 5, 6, 8, 10, 13, 16],
  [1, 2, 3, 4, 6, 9, 13, 18, 24, 32],
  [1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 27, 36, 48, 64],
]

/**
 * The settings of VAR's Transformer from the names and shapes of its tensors; the sides of the token maps are in the numbers of one of them.
 *
 * @throws CheckpointError where a setting cannot be seen, ConfigError where it must be given and is not
 */
export function inferGenerator(
  shapes: TensorShapes,
  { levels, grids, heads, where = "generator" }: InferGeneratorOptions = {},
): InferredGenerator {
  const size = (what: string, ...witnesses: (readonly [string, number])[]): number => agreedSize(shapes, witnesses, what, where)
  const width = size(
    "the width",
    ["word_embed.weight", 0],
    ["word_embed.bias", 0],
    ["class_emb.weight", 1],
    ["pos_1LC", 2],
    ["pos_start", 2],
    ["lvl_embed.weight", 1],
    ["head.weight", 1],
  )
  const depth = countOf(shapes, /^blocks\.(\d+)\./)
  if (depth === 0) throw new CheckpointError(`${where}: expected blocks "blocks.0" and on, found none; the file is not complete`)
  const blocks = Array.from({ length: depth }, (_, index) => `blocks.${index}`)
  const has = (pattern: RegExp): boolean => Object.keys(shapes).some((name) => pattern.test(name))
  const attentionNorm = has(/\.attn\.scale_mul_1H11$/)
  const inner = size("the width of the feed-forward network", ...blocks.map((block) => [`${block}.ffn.fc1.weight`, 0] as const))
  if (inner % width !== 0)
    throw new CheckpointError(
      `${where}: expected a feed-forward width that is a multiple of ${width}, found ${inner}; no VAR has such a network`,
    )
  return {
    generator: {
      width,
      depth,
      heads: attentionNorm
        ? size("the number of heads", ...blocks.map((block) => [`${block}.attn.scale_mul_1H11`, 1] as const))
        : (heads ?? headsByRule(width, depth, where)),
      feedForward: inner / width,
      classes: size("the number of classes", ["class_emb.weight", 0]) - 1,
      modulation: has(/^shared_ada_lin\./) || has(/\.ada_gss$/) ? "shared" : "own",
      attentionNorm,
      attentionFactor: 0.25,
      context: "all",
      window: 0,
      gateStart: 0,
    },
    grids: grids ?? gridsOf(shapes, levels, where),
    codes: size("the number of codes", ["head.weight", 0], ["head.bias", 0]),
  }
}

/** VAR's models are 64 times as wide as deep, with a head for each 64 channels. */
function headsByRule(width: number, depth: number, where: string): number {
  if (width % 64 === 0) return width / 64
  if (width % depth === 0) return depth
  throw new ConfigError(
    `${where}: expected a width of 64 channels a head, found ${width}, and no tensor tells the heads; say how many there are`,
  )
}

function gridsOf(shapes: TensorShapes, levels: readonly number[] | undefined, where: string): readonly number[] {
  if (levels) return gridsOfLevels(levels, where)
  const scales = agreedSize(shapes, [["lvl_embed.weight", 0]], "the number of scales", where)
  const sites = agreedSize(shapes, [["pos_1LC", 1]], "the number of sites", where)
  const released = releasedGrids.find((grids) => grids.length === scales && grids.reduce((sum, side) => sum + side ** 2, 0) === sites)
  if (released) return released
  throw new ConfigError(
    `${where}: expected the buffer "lvl_1L", which says how ${sites} sites are split over ${scales} scales, found none; give the side of each token map`,
  )
}

function gridsOfLevels(levels: readonly number[], where: string): number[] {
  const counts: number[] = []
  for (const [site, level] of levels.entries()) {
    const last = counts.length - 1
    if (level === last) counts[last]!++
    else if (level === last + 1) counts.push(1)
    else
      throw new CheckpointError(
        `${where}: tensor "lvl_1L": expected scales 0, 1, ... in order, found ${level} at site ${site}; the file is damaged`,
      )
  }
  return counts.map((count, level) => {
    const side = Math.round(Math.sqrt(count))
    if (side ** 2 !== count)
      throw new CheckpointError(
        `${where}: tensor "lvl_1L": expected square token maps, found ${count} sites at scale ${level}; give the side of each token map`,
      )
    return side
  })
}
