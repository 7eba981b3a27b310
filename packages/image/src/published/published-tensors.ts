import { expectedTensors } from "../model/expected-tensors.ts"
import type { ImageModelConfig } from "../model/image-model.ts"
import type { PhiNaming } from "./infer-tokenizer.ts"
import type { PublishedNetwork } from "./state-dict.ts"

/** How the numbers of a published tensor become those of ours. */
export type PublishedLayout =
  /** In the same order. */
  | "same"
  /** [O, I] or [O, I, h, w] to [I, O] or [h, w, I, O]. */
  | "outputs-first"
  /** The biases of queries and values [C] each to one of queries, keys (none: zeros) and values [3 C]. */
  | "query-value-bias"

/** A tensor of an image model and where VAR's state dicts have it. */
export interface PublishedTensor {
  /** Its name in a checkpoint of ours. */
  readonly name: string
  /** Its shape there. */
  readonly shape: readonly number[]
  readonly network: PublishedNetwork
  readonly layout: PublishedLayout
  /** Names and shapes in the state dict; two for a "query-value-bias", else one. */
  readonly sources: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

/** What a state dict has beside parameters: a mask, counts and constants, which a model makes anew. */
export const publishedBuffers: Readonly<Record<PublishedNetwork, RegExp>> = {
  tokenizer: /^quantize\.ema_vocab_hit_SV$/,
  generator: /^(lvl_1L|attn_bias_for_masking|blocks\.\d+\.attn\.zero_k_bias)$/,
}

/**
 * The tensors of a model of VAR's layout in the names, shapes and layouts of its published state dicts (FoundationVision/VAR, `models/`).
 *
 * @param config - a model as `inferPublished` finds it
 * @param phiNaming - how the state dict names the convolutions after upsampling
 */
export function publishedTensors(config: ImageModelConfig, phiNaming: PhiNaming = "several"): PublishedTensor[] {
  return Object.entries(expectedTensors(config)).map(([name, { shape }]) => {
    const network = name.startsWith("tokenizer.") ? "tokenizer" : "generator"
    const own = name.slice(network.length + 1)
    if (own.endsWith(".qkv.bias") && network === "generator") {
      const block = own.replace(/qkv\.bias$/, "attn")
      const sources = ["q_bias", "v_bias"].map((part) => ({ name: `${block}.${part}`, shape: [shape[0]! / 3] }))
      return { name, shape, network, layout: "query-value-bias", sources }
    }
    const published = network === "tokenizer" ? tokenizerName(own, phiNaming) : renamed(own, generatorNames)
    return { name, shape, network, ...stored(published, shape, network) }
  })
}

/** Rules in their order; every one that fits is applied. */
type Renaming = readonly (readonly [pattern: RegExp, replacement: string])[]

const renamed = (name: string, rules: Renaming): string =>
  rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name)

const phiPrefix: Readonly<Record<PhiNaming, string>> = {
  several: "quantize.quant_resi.qresi_ls.$1",
  single: "quantize.quant_resi.qresi",
  own: "quantize.quant_resi.$1",
}

const tokenizerName = (name: string, phiNaming: PhiNaming): string =>
  renamed(name, [
    [/^quantiser\.quantiser\.codebook\.0$/, "quantize.embedding.weight"],
    [/^quantiser\.phi\.(\d+)\.filter$/, `${phiPrefix[phiNaming]}.weight`],
    [/^quantiser\.phi\.(\d+)\.bias$/, `${phiPrefix[phiNaming]}.bias`],
    [/^preQuantiser\./, "quant_conv."],
    [/^postQuantiser\./, "post_quant_conv."],
    [/\.convIn\./, ".conv_in."],
    [/\.convOut\./, ".conv_out."],
    [/\.normOut\./, ".norm_out."],
    [/\.middle\.block(\d)\./, ".mid.block_$1."],
    [/\.middle\.attention1\./, ".mid.attn_1."],
    [/\.attention\./, ".attn."],
    [/(\.attn(?:_1|\.\d+))\.out\./, "$1.proj_out."],
    [/\.shortcut\./, ".nin_shortcut."],
    [/\.((?:down|up)sample)\./, ".$1.conv."],
  ])

const generatorNames: Renaming = [
  [/^classes$/, "class_emb.weight"],
  [/^start$/, "pos_start"],
  [/^position$/, "pos_1LC"],
  [/^level$/, "lvl_embed.weight"],
  [/^embed\./, "word_embed."],
  [/^modulation\./, "shared_ada_lin.1."],
  [/^headModulation\./, "head_nm.ada_lin.1."],
  [/\.qkv\.weight$/, ".attn.mat_qkv.weight"],
  [/\.out\./, ".attn.proj."],
  [/\.logFactor$/, ".attn.scale_mul_1H11"],
  [/\.feedIn\./, ".ffn.fc1."],
  [/\.feedOut\./, ".ffn.fc2."],
  [/\.modulation\./, ".ada_lin.1."],
  [/\.offset$/, ".ada_gss"],
]

function stored(name: string, shape: readonly number[], network: PublishedNetwork): Pick<PublishedTensor, "layout" | "sources"> {
  const same = (published: readonly number[]) => ({ layout: "same", sources: [{ name, shape: published }] }) as const
  if (name.startsWith("pos_")) return same([1, ...shape])
  if (name.endsWith(".scale_mul_1H11")) return same([1, shape[0]!, 1, 1])
  if (name.endsWith(".ada_gss")) return same([1, 1, 6, shape[0]! / 6])
  if (shape.length === 1 || /^(class_emb|lvl_embed|quantize\.embedding)\./.test(name)) return same(shape)
  const [inputs, outputs] = shape.slice(-2) as [number, number]
  // The projections of the tokenizer's attention are 1 x 1 convolutions there
  const sides = shape.length === 4 ? shape.slice(0, 2) : network === "tokenizer" ? [1, 1] : []
  return { layout: "outputs-first", sources: [{ name, shape: [outputs, inputs, ...sides] }] }
}
