import { describe, expect, it } from "vitest"
import type { TensorShapes } from "./tensor-shapes.ts"
import { inferPublished } from "./infer-published.ts"
import { publishedBuffers, publishedTensors } from "./published-tensors.ts"

type Shapes = Record<string, number[]>

const affine = (name: string, weight: number[]): Shapes => ({ [`${name}.weight`]: weight, [`${name}.bias`]: [weight[0]!] })

/** The state dict of a released Transformer, as its listing has it. */
function transformer(
  depth: number,
  grids: readonly number[],
  { shared = false, classes = 1000, codes = 4096, channels = 32 } = {},
): Shapes {
  const C = 64 * depth
  const L = grids.reduce((sum, side) => sum + side ** 2, 0)
  const shapes: Shapes = {
    pos_start: [1, grids[0]! ** 2, C],
    pos_1LC: [1, L, C],
    lvl_1L: [1, L],
    attn_bias_for_masking: [1, 1, L, L],
    ...affine("word_embed", [C, channels]),
    "class_emb.weight": [classes + 1, C],
    "lvl_embed.weight": [grids.length, C],
    ...(shared ? affine("shared_ada_lin.1", [6 * C, C]) : {}),
    ...affine("head_nm.ada_lin.1", [2 * C, C]),
    ...affine("head", [codes, C]),
  }
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`
    Object.assign(shapes, {
      [`${block}.attn.scale_mul_1H11`]: [1, depth, 1, 1],
      [`${block}.attn.q_bias`]: [C],
      [`${block}.attn.v_bias`]: [C],
      [`${block}.attn.zero_k_bias`]: [C],
      [`${block}.attn.mat_qkv.weight`]: [3 * C, C],
      ...affine(`${block}.attn.proj`, [C, C]),
      ...affine(`${block}.ffn.fc1`, [4 * C, C]),
      ...affine(`${block}.ffn.fc2`, [C, 4 * C]),
      ...(shared ? { [`${block}.ada_gss`]: [1, 1, 6, C] } : affine(`${block}.ada_lin.1`, [6 * C, C])),
    })
  }
  return shapes
}

/** The state dict of vae_ch160v4096z32, as its listing has it. */
function releasedTokenizer(scales = 10): Shapes {
  const widths = [160, 160, 320, 320, 640]
  const conv = (name: string, outputs: number, inputs: number, side = 3): Shapes => affine(name, [outputs, inputs, side, side])
  const block = (name: string, inputs: number, outputs: number): Shapes => ({
    ...affine(`${name}.norm1`, [inputs]),
    ...conv(`${name}.conv1`, outputs, inputs),
    ...affine(`${name}.norm2`, [outputs]),
    ...conv(`${name}.conv2`, outputs, outputs),
    ...(inputs === outputs ? {} : conv(`${name}.nin_shortcut`, outputs, inputs, 1)),
  })
  const attention = (name: string): Shapes => ({
    ...affine(`${name}.norm`, [640]),
    ...conv(`${name}.qkv`, 1920, 640, 1),
    ...conv(`${name}.proj_out`, 640, 640, 1),
  })
  const shapes: Shapes = {
    ...conv("encoder.conv_in", 160, 3),
    ...affine("encoder.norm_out", [640]),
    ...conv("encoder.conv_out", 32, 640),
    ...conv("decoder.conv_in", 640, 32),
    ...affine("decoder.norm_out", [160]),
    ...conv("decoder.conv_out", 3, 160),
    "quantize.embedding.weight": [4096, 32],
    "quantize.ema_vocab_hit_SV": [scales, 4096],
    ...conv("quant_conv", 32, 32),
    ...conv("post_quant_conv", 32, 32),
  }
  for (let phi = 0; phi < 4; phi++) Object.assign(shapes, conv(`quantize.quant_resi.qresi_ls.${phi}`, 32, 32))
  for (const side of ["encoder", "decoder"])
    Object.assign(shapes, block(`${side}.mid.block_1`, 640, 640), attention(`${side}.mid.attn_1`), block(`${side}.mid.block_2`, 640, 640))
  for (const [level, width] of widths.entries()) {
    for (let i = 0; i < 2; i++)
      Object.assign(shapes, block(`encoder.down.${level}.block.${i}`, i > 0 ? width : (widths[level - 1] ?? 160), width))
    for (let i = 0; i < 3; i++)
      Object.assign(shapes, block(`decoder.up.${level}.block.${i}`, i > 0 ? width : (widths[level + 1] ?? 640), width))
    if (level < 4) Object.assign(shapes, conv(`encoder.down.${level}.downsample.conv`, width, width))
    if (level > 0) Object.assign(shapes, conv(`decoder.up.${level}.upsample.conv`, width, width))
  }
  for (const i of [0, 1]) Object.assign(shapes, attention(`encoder.down.4.attn.${i}`))
  for (const i of [0, 1, 2]) Object.assign(shapes, attention(`decoder.up.4.attn.${i}`))
  return shapes
}

const grids256 = [1, 2, 3, 4, 5, 6, 8, 10, 13, 16]
const grids512 = [1, 2, 3, 4, 6, 9, 13, 18, 24, 32]
const levelsOf = (grids: readonly number[]): number[] => grids.flatMap((side, level) => Array.from({ length: side ** 2 }, () => level))
const millions = (shapes: readonly (readonly number[])[]): number =>
  Math.round(shapes.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0) / 1e3) / 1e3

describe("inferPublished", () => {
  const tokenizer = releasedTokenizer()

  it("knows the released tokenizer: 324 tensors, 108.948 M parameters", () => {
    const { config } = inferPublished({ tokenizer, generator: transformer(16, grids256), levels: levelsOf(grids256) })
    expect(Object.keys(tokenizer)).toHaveLength(324)
    const shapes = publishedTensors(config).filter(({ network }) => network === "tokenizer").flatMap(({ sources }) => sources) // prettier-ignore
    expect(millions(shapes.map(({ shape }) => shape))).toBe(108.948)
    expect(config.tokenizer).toMatchObject({
      height: 256,
      width: 256,
      autoencoder: {
        width: 160,
        multipliers: [1, 1, 2, 2, 4],
        encoderBlocks: 2,
        decoderBlocks: 3,
        latentChannels: 32,
        imageChannels: 3,
        groups: 32,
      },
      quantiser: { codes: 4096 },
      phi: { count: 4, ratio: 0.5 },
      grids: grids256,
    })
  })

  it.each([
    ["d16", 16, 310.284, 220],
    ["d20", 20, 600.917, 272],
    ["d24", 24, 1033.399, 324],
    ["d30", 30, 2010.02, 402],
    ["d36-s", 36, 2353.894, 446],
  ])("knows the released %s: depth %d, %d M parameters, %d tensors", (name, depth, parameters, tensors) => {
    const shared = name === "d36-s"
    const grids = shared ? grids512 : grids256
    const generator = transformer(depth, grids, { shared })
    expect(Object.keys(generator)).toHaveLength(tensors)
    const { config } = inferPublished({ tokenizer, generator, levels: levelsOf(grids) })
    expect(config.tokenizer).toMatchObject({ height: shared ? 512 : 256, grids })
    expect(config.generator).toEqual({
      width: 64 * depth,
      depth,
      heads: depth,
      feedForward: 4,
      classes: 1000,
      modulation: shared ? "shared" : "own",
      attentionNorm: true,
      attentionFactor: 0.25,
      context: "all",
      window: 0,
      gateStart: 0,
    })

    // Each tensor of the listing is read once, with that shape, or is a buffer
    const listed = (given: TensorShapes, network: "tokenizer" | "generator") =>
      Object.fromEntries(Object.entries(given).filter(([tensor]) => !publishedBuffers[network].test(tensor)))
    const read = (network: "tokenizer" | "generator") =>
      publishedTensors(config).filter((tensor) => tensor.network === network).flatMap(({ sources }) => sources.map(({ name: source, shape }) => [source, shape] as const)) // prettier-ignore
    for (const [network, given] of [
      ["tokenizer", tokenizer],
      ["generator", generator],
    ] as const) {
      // prettier-ignore
      expect(Object.fromEntries(read(network))).toEqual(listed(given, network))
      expect(read(network)).toHaveLength(Object.keys(listed(given, network)).length)
    }
    expect(millions(read("generator").map(([, shape]) => shape))).toBe(parameters)
  })

  it("knows the token maps of released models without lvl_1L, and a tokenizer with the counts of another schedule", () => {
    const generator = transformer(16, grids512)
    delete generator["lvl_1L"]
    expect(inferPublished({ tokenizer: releasedTokenizer(14), generator }).config.tokenizer.grids).toEqual(grids512)
  })

  it("takes 64 channels a head where attention is not normalised, or what it is told", () => {
    const generator = Object.fromEntries(Object.entries(transformer(4, [1, 2])).filter(([name]) => !name.endsWith("scale_mul_1H11")))
    const heads = (given?: number) => inferPublished({ tokenizer, generator, grids: [1, 2], heads: given }).config.generator!.heads
    expect(heads()).toBe(4)
    expect(heads(8)).toBe(8)
  })

  it("refuses widths that 32 groups do not divide", () => {
    const narrow = Object.fromEntries(
      Object.entries(tokenizer).map(([name, shape]) => [name, shape.map((side) => (side % 160 === 0 ? side / 2 : side))]),
    )
    expect(() => inferPublished({ tokenizer: narrow, generator: transformer(16, grids256) })).toThrow(/the 32 groups .* divide, found 80/)
  })
})
