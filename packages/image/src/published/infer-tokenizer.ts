import { CheckpointError } from "@scalewise/nn"
import type { AutoencoderConfig } from "../tokenizer/autoencoder-config.ts"
import { agreedSize, countOf, type TensorShapes, type Witness } from "./tensor-shapes.ts"

/** How a state dict names the convolutions after upsampling: a few that scales share, one for all, or one for each. */
export type PhiNaming = "several" | "single" | "own"

/** What the tensors of a published tokenizer say of it. */
export interface InferredTokenizer {
  readonly autoencoder: AutoencoderConfig
  /** V, the entries of the codebook. */
  readonly codes: number
  readonly phi: { readonly count: number; readonly ratio: number }
  readonly phiNaming: PhiNaming
}

/** VAR's GroupNorm has 32 groups at every width, and phi(h) = (1 - r) h + r conv(h) has r = 0.5; no tensor tells. */
const fixed = { groups: 32, phiRatio: 0.5 } as const

const phiNames: Readonly<Record<PhiNaming, RegExp>> = {
  several: /^quantize\.quant_resi\.qresi_ls\.(\d+)\./,
  single: /^quantize\.quant_resi\.qresi\.()/,
  own: /^quantize\.quant_resi\.(\d+)\./,
}

/**
 * The settings of VAR's multi-scale VQ-VAE from the names and shapes of its tensors.
 *
 * @param where - the file, for messages
 * @throws CheckpointError where a setting cannot be seen
 */
export function inferTokenizer(shapes: TensorShapes, where = "tokenizer"): InferredTokenizer {
  const size = (what: string, ...witnesses: Witness[]): number => agreedSize(shapes, witnesses, what, where)
  const levels = Math.max(countOf(shapes, /^encoder\.down\.(\d+)\./), countOf(shapes, /^decoder\.up\.(\d+)\./))
  if (levels === 0) throw new CheckpointError(`${where}: expected levels "encoder.down.0" and on, found none; the file is not complete`)
  const widths = Array.from({ length: levels }, (_, level) => {
    const blocks = [`encoder.down.${level}.block.0`, `decoder.up.${level}.block.0`]
    return size(
      `the width of level ${level}`,
      ...blocks.flatMap((block): Witness[] => [[`${block}.conv2.weight`, 0], [`${block}.conv2.weight`, 1], [`${block}.conv1.weight`, 0]]), // prettier-ignore
    )
  })
  const unfit = widths.find((width) => width % fixed.groups !== 0)
  if (unfit !== undefined)
    throw new CheckpointError(
      `${where}: expected widths that the ${fixed.groups} groups of VAR's normalisation divide, found ${unfit}; no VAR has such a tokenizer`,
    )
  const latentChannels = size(
    "the width of the latent",
    ["quantize.embedding.weight", 1],
    ["quant_conv.weight", 0],
    ["post_quant_conv.weight", 1],
    ["encoder.conv_out.weight", 0],
    ["decoder.conv_in.weight", 1],
  )
  const { naming, count } = phiOf(shapes)
  return {
    autoencoder: {
      imageChannels: size(
        "the channels of an image",
        ["encoder.conv_in.weight", 1],
        ["decoder.conv_out.weight", 0],
        ["decoder.conv_out.bias", 0],
      ),
      width: widths[0]!,
      multipliers: widths.map((width) => width / widths[0]!),
      encoderBlocks: Math.max(1, countOf(shapes, /^encoder\.down\.\d+\.block\.(\d+)\./)),
      decoderBlocks: Math.max(1, countOf(shapes, /^decoder\.up\.\d+\.block\.(\d+)\./)),
      middle: "attention",
      coarseAttention: Object.keys(shapes).some((name) => /^(encoder\.down|decoder\.up)\.\d+\.attn\./.test(name)),
      latentChannels,
      groups: fixed.groups,
      patch: 1,
      patchWidth: 1,
      quantiserKernel: size(
        "the side of the convolutions around the quantiser",
        ["quant_conv.weight", 2],
        ["quant_conv.weight", 3],
        ["post_quant_conv.weight", 2],
      ),
    },
    codes: size("the codebook's entries", ["quantize.embedding.weight", 0], ["quantize.ema_vocab_hit_SV", 1]),
    phi: { count, ratio: fixed.phiRatio },
    phiNaming: naming,
  }
}

function phiOf(shapes: TensorShapes): { naming: PhiNaming; count: number } {
  for (const naming of ["several", "single", "own"] as const) {
    const count = countOf(shapes, phiNames[naming])
    if (count > 0) return { naming, count }
  }
  return { naming: "several", count: 0 }
}
