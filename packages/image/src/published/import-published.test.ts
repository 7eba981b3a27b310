import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sample } from "@scalewise/core"
import {
  CheckpointError,
  ConfigError,
  flattenParameters,
  loadTensors,
  randomStream,
  selectBackend,
  tf,
  type FlatParameters,
} from "@scalewise/nn"
import { sharedFolder, testBackends } from "@scalewise/nn/testing"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { loadImageModel, saveImageModel, type ImageModel } from "../model/image-model.ts"
import { tinyImageModel, type TinyImageModelOptions } from "../testing/tiny-image-model.ts"
import { publishedStateDicts, writeStateDict } from "../testing/write-published.ts"
import { checkPublished } from "./check-published.ts"
import { importPublished, openPublished } from "./import-published.ts"
import type { PhiNaming } from "./infer-tokenizer.ts"

const fixtures = join(sharedFolder() ?? "", "fixtures")
const tiny = join(fixtures, "var_tiny")
const isPresent = existsSync(join(tiny, "vae.safetensors"))

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "import-"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

// What the published PyTorch implementation of VAR computes with a small random model
const backends = (await testBackends()).filter((name) => name !== "cpu") // minutes in plain JavaScript
describe.skipIf(!isPresent).each(backends)("a published VAR on %s (skipped without fixtures/var_tiny)", (backend) => {
  it("computes the reference's numbers once imported", { timeout: 300_000 }, async () => {
    await selectBackend({ prefer: backend })
    const folder = join(root, backend)
    await importPublished({ vae: join(tiny, "vae.safetensors"), var: join(tiny, "var.safetensors"), out: folder })
    const model = await loadImageModel(folder)
    const { tensors, passed } = await checkPublished(model, join(tiny, "expected.safetensors"))
    const errors = Object.fromEntries(tensors.map(({ name, error }) => [name, error]))
    const values = [
      "features",
      ...[0, 1, 2, 3].map((k) => `f_hat.${k}`),
      "reconstruction",
      "teacher_input",
      "logits",
      "greedy_cfg0",
      "greedy_cfg1.5",
    ]
    expect(Object.keys(errors).sort()).toEqual([...values, ...[0, 1, 2, 3].map((k) => `tokens.${k}`)].sort())
    for (const { different } of tensors) expect(different ?? 0).toBe(0)
    for (const name of values) expect(errors[name], name).toBeLessThan(1e-4)
    expect(passed).toBe(true)
    model.dispose()
  })
})

describe.skipIf(!isPresent)("the files of a published VAR (skipped without fixtures/var_tiny)", () => {
  it("give the same checkpoint as .pth and as safetensors, with every setting", async () => {
    const [fromPth, fromSafetensors] = await Promise.all(
      ["pth", "safetensors"].map((ending) =>
        importPublished({ vae: join(tiny, `vae.${ending}`), var: join(tiny, `var.${ending}`), out: join(root, ending) }),
      ),
    )
    const bytes = (folder: string) => readFileSync(join(folder, "model.safetensors"))
    expect(bytes(fromPth!.folder).equals(bytes(fromSafetensors!.folder))).toBe(true)
    expect(fromPth!.config).toEqual(fromSafetensors!.config)
    expect(fromPth!.files.tokenizer).toMatchObject({ file: "vae.pth", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const { config } = JSON.parse(readFileSync(join(tiny, "meta.json"), "utf8"))
    expect(fromPth!.config).toMatchObject({
      tokenizer: {
        height: 64,
        width: 64,
        grids: config.patch_nums,
        autoencoder: { width: config.ch, multipliers: [1, 1, 2, 2, 4], encoderBlocks: 2, decoderBlocks: 3, latentChannels: config.Cvae },
        quantiser: { codes: config.V },
        phi: { count: config.share_quant_resi, ratio: 0.5 },
      },
      generator: {
        depth: config.depth,
        width: 64 * config.depth,
        heads: 2,
        classes: config.num_classes,
        modulation: "own",
        attentionNorm: true,
      },
    })
  })

  it("is refused where it would run a command, and nothing is run", async () => {
    const before = readdirSync(process.cwd())
    const error = await openPublished({ vae: join(fixtures, "hostile.pth") }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CheckpointError)
    expect((error as Error).message).toMatch(/posix\.system/)
    expect((error as Error).message).not.toContain("\n")
    expect(readdirSync(process.cwd())).toEqual(before)
  })
})

/** Of VAR's layout, as small as its 32 groups allow. */
const layout: TinyImageModelOptions = {
  tokenizer: {
    height: 6,
    width: 6,
    autoencoder: {
      imageChannels: 3,
      width: 32,
      multipliers: [1, 2],
      encoderBlocks: 1,
      decoderBlocks: 2,
      middle: "attention",
      coarseAttention: true,
      latentChannels: 4,
      groups: 32,
      patch: 1,
      patchWidth: 1,
      quantiserKernel: 3,
    },
    range: "symmetric",
    grids: [1, 2, 3],
    phi: { count: 4, ratio: 0.5 },
  },
  generator: { width: 64, depth: 2, heads: 1, feedForward: 4, modulation: "own", attentionNorm: true, attentionFactor: 0.25, gateStart: 0 },
}
const variant = (
  tokenizer: TinyImageModelOptions["tokenizer"],
  generator: TinyImageModelOptions["generator"] = {},
): TinyImageModelOptions => ({
  tokenizer: { ...layout.tokenizer, ...tokenizer },
  generator: { ...layout.generator, ...generator },
})

/** Published models have no bias of the keys. */
function published(options: TinyImageModelOptions): ImageModel {
  const model = tinyImageModel(options)
  const blocks = Object.values(model.generatorParameters!.blocks)
  for (const { qkv } of blocks) {
    const { width } = model.config.generator!
    const keyless = tf.tidy(() => tf.concat([tf.slice(qkv.bias!, 0, width), tf.zeros([width]), tf.slice(qkv.bias!, 2 * width, width)]))
    qkv.bias!.dispose()
    Object.assign(qkv, { bias: keyless })
  }
  return model
}

async function writeBoth(model: ImageModel, folder: string, phiNaming?: PhiNaming): Promise<{ vae: string; var: string }> {
  const { tokenizer, generator } = publishedStateDicts(model, phiNaming)
  const [vae, transformer] = [`${folder}-vae.safetensors`, `${folder}-var.safetensors`]
  await writeStateDict(vae, tokenizer)
  await writeStateDict(transformer, generator)
  return { vae, var: transformer }
}

describe("importPublished", () => {
  beforeAll(async () => void (await selectBackend()))
  let tensors: number
  beforeEach(() => void (tensors = tf.memory().numTensors))
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors))

  const cases: [string, TinyImageModelOptions, PhiNaming, string][] = [
    ["VAR's own", layout, "several", "quantize.quant_resi.qresi_ls.3.weight"],
    ["shared modulation, deeper", variant({}, { modulation: "shared", depth: 3 }), "several", "quantize.quant_resi.qresi_ls.0.bias"],
    [
      "no attention normalisation",
      variant({}, { attentionNorm: false, heads: 2, width: 128 }),
      "several",
      "quantize.quant_resi.qresi_ls.0.bias",
    ],
    ["one phi", variant({ phi: { count: 1, ratio: 0.5 } }), "single", "quantize.quant_resi.qresi.weight"],
    ["a phi for each scale", variant({ phi: { count: 3, ratio: 0.5 } }), "own", "quantize.quant_resi.2.weight"],
    [
      "two phis, other token maps",
      variant({ grids: [1, 1, 2, 3], phi: { count: 2, ratio: 0.5 } }),
      "several",
      "quantize.quant_resi.qresi_ls.1.weight",
    ],
    ["no phi, one level", variant({ height: 3, width: 3, phi: { count: 0, ratio: 0.5 }, autoencoder: { ...layout.tokenizer!.autoencoder!, multipliers: [1] } }), "several", "post_quant_conv.bias"], // prettier-ignore
  ]
  it.each(cases)("gives back the model that was written: %s", async (name, options, phiNaming, telling) => {
    const model = published(options)
    const folder = join(root, name.replaceAll(/\W/g, "-"))
    const files = await writeBoth(model, folder, phiNaming)
    const written = await loadTensors(files.vae, { names: [telling] })
    tf.dispose(Object.values(written))
    const { config } = await importPublished({ ...files, out: folder })
    const expected = { tokenizer: model.config.tokenizer, generator: model.config.generator }
    expect(config).toEqual({ ...expected, generator: { ...expected.generator, attentionFactor: 0.25 } })
    const imported = await loadImageModel(folder)
    const images = randomStream(1).uniform([2, model.config.tokenizer.height, model.config.tokenizer.width, 3])
    const [ours, theirs] = [model, imported].map((one) => tf.tidy(() => one.tokenizer.encode(one.tokenizerParameters, images).dataSync()))
    expect(theirs).toEqual(ours)
    const draw = async (one: ImageModel) => {
      const drawn = await sample(one.process, { batch: 2, condition: { label: [0, 2] }, seed: 5 })
      const values = Array.from(drawn.dataSync())
      drawn.dispose()
      return values
    }
    expect(await draw(imported)).toEqual(await draw(model))
    images.dispose()
    model.dispose()
    imported.dispose()
    tensors = Math.max(tensors, tf.memory().numTensors) // resampling matrices of new grids are kept
  })

  it("reads a trainer's checkpoint, which holds both networks", async () => {
    const model = published(layout)
    const { tokenizer, generator } = publishedStateDicts(model)
    const prefixed = (prefix: string, dict: FlatParameters) =>
      Object.entries(dict).map(([name, tensor]) => [`trainer.${prefix}.${name}`, tensor])
    const both = Object.fromEntries([...prefixed("vae_local", tokenizer), ...prefixed("var_wo_ddp", generator)])
    const file = await writeStateDict(join(root, "ar-ckpt.safetensors"), {
      ...both,
      "trainer.var_opt.optimizer.state.0.step": tf.scalar(3),
    })
    const { files } = await importPublished({ vae: file, out: join(root, "trainer") })
    expect(files.tokenizer).toEqual(files.generator)
    const imported = await loadImageModel(join(root, "trainer"))
    const flat = (one: ImageModel) => flattenParameters(one.generatorParameters!)
    for (const [name, tensor] of Object.entries(flat(model))) expect(flat(imported)[name]!.dataSync(), name).toEqual(tensor.dataSync())
    model.dispose()
    imported.dispose()
  })

  describe("refuses", () => {
    let files: { vae: string; var: string }
    const damaged = async (which: "vae" | "var", change: (dict: FlatParameters) => void) => {
      const dict = await loadTensors(files[which])
      change(dict)
      const file = await writeStateDict(join(root, "damaged.safetensors"), dict)
      return { ...files, [which]: file }
    }
    const messageOf = async (inputs: { vae: string; var?: string }): Promise<string> => {
      const out = join(root, "never")
      const error = await importPublished({ ...inputs, out }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(CheckpointError)
      expect(existsSync(out)).toBe(false) // nothing half-made is left
      expect((error as Error).message).not.toContain("\n")
      return (error as Error).message
    }
    beforeAll(async () => {
      await selectBackend()
      const model = published(layout)
      files = await writeBoth(model, join(root, "good"))
      model.dispose()
    })

    const remove = (name: string) => (dict: FlatParameters) => {
      expect(dict[name]).toBeDefined()
      dict[name]?.dispose()
      delete dict[name]
    }
    const replace =
      (name: string, shape: number[], value = 0) =>
      (dict: FlatParameters) => {
        dict[name]?.dispose()
        dict[name] = tf.fill(shape, value)
      }

    it.each<["vae" | "var", string]>([
      ["vae", "quantize.embedding.weight"],
      ["vae", "encoder.conv_in.weight"],
      ["vae", "encoder.down.1.block.0.conv2.weight"],
      ["vae", "quantize.quant_resi.qresi_ls.1.bias"],
      ["vae", "quant_conv.weight"],
      ["var", "word_embed.weight"],
      ["var", "pos_1LC"],
      ["var", "blocks.1.attn.q_bias"],
      ["var", "blocks.0.ada_lin.1.weight"],
      ["var", "blocks.0.attn.scale_mul_1H11"],
      ["var", "head.bias"],
    ])("a file (%s) without %s, by name", async (which, name) => {
      const message = await messageOf(await damaged(which, remove(name)))
      expect(message).toContain(`1 missing: "${name}"`)
      expect(message).not.toMatch(/unknown|another shape/)
    })

    it.each<["vae" | "var", string, number[]]>([
      ["vae", "encoder.conv_in.weight", [32, 3, 5, 5]],
      ["vae", "decoder.up.0.block.0.conv2.weight", [96, 32, 3, 3]],
      ["vae", "quant_conv.bias", [5]],
      ["var", "word_embed.weight", [65, 4]],
      ["var", "pos_start", [1, 1, 63]],
      ["var", "blocks.1.ffn.fc2.weight", [64, 255]],
      ["var", "lvl_embed.weight", [4, 64]],
    ])("a file (%s) whose %s has another shape, by name", async (which, name, shape) => {
      const message = await messageOf(await damaged(which, replace(name, shape)))
      expect(message).toContain(`1 of another shape: "${name}"`)
      expect(message).toContain(`found [${shape.join(", ")}]`)
      expect(message).not.toMatch(/missing|unknown/)
    })

    it("unknown tensors, by name", async () => {
      expect(await messageOf(await damaged("vae", replace("loss.perceptual.weight", [3])))).toContain(
        '1 unknown: "loss.perceptual.weight" [3]',
      )
      expect(await messageOf(await damaged("var", replace("blocks.0.attn.rope", [3])))).toContain('1 unknown: "blocks.0.attn.rope" [3]')
    })

    it.each([NaN, Infinity])("%d in a tensor, by name, without a trace of a checkpoint", async (value) => {
      const message = await messageOf(await damaged("var", replace("blocks.1.ffn.fc1.bias", [256], value)))
      expect(message).toContain(`tensor "blocks.1.ffn.fc1.bias" [256]: expected finite numbers, found ${value} at element 0`)
    })

    it("whole numbers in place of weights", async () => {
      const change = (dict: FlatParameters) => {
        dict["head.bias"]!.dispose()
        dict["head.bias"] = tf.zeros([12], "int32")
      }
      expect(await messageOf(await damaged("var", change))).toMatch(/"head.bias" \[12\]: expected floating-point numbers, found I32/)
    })

    it("networks of different models", async () => {
      const other = published(
        variant({ quantiser: { kind: "vector", codes: 20, codebooks: "shared", learning: "gradient", metric: "euclidean" } }),
      )
      const { vae } = await writeBoth(other, join(root, "other"))
      other.dispose()
      expect(await messageOf({ ...files, vae })).toMatch(/a tokenizer with 20 codes, .* found one for 12/)
    })

    it("token maps that are no squares, or out of order", async () => {
      const levels = (values: number[]) => (dict: FlatParameters) => {
        dict["lvl_1L"]!.dispose()
        dict["lvl_1L"] = tf.tensor2d([values], [1, values.length], "int32")
      }
      expect(await messageOf(await damaged("var", levels([0, 1, 1, 2])))).toMatch(
        /"lvl_1L": expected square token maps, found 2 sites at scale 1/,
      )
      expect(await messageOf(await damaged("var", levels([0, 2, 1])))).toMatch(
        /"lvl_1L": expected scales 0, 1, ... in order, found 2 at site 1/,
      )
    })

    it("files in the wrong order, and files of something else", async () => {
      expect(await messageOf({ vae: files.var, var: files.vae })).toMatch(/this is VAR's Transformer; check the order/)
      const foreign = await writeStateDict(join(root, "foreign.safetensors"), { "layer.weight": tf.ones([2, 2]) })
      expect(await messageOf({ ...files, vae: foreign })).toMatch(/expected the state dict of VAR's tokenizer, found 1 tensors/)
      const text = join(root, "text.pth")
      writeFileSync(text, "no checkpoint at all")
      expect(await messageOf({ ...files, var: text })).toContain(text)
      expect(await messageOf({ ...files, var: join(root, "absent.pth") })).toMatch(/there is no such file/)
    })

    it("to write over a checkpoint that was trained, not over one that was imported", async () => {
      const model = published(layout)
      const folder = join(root, "trained")
      await saveImageModel(folder, model, { seed: 1 })
      await expect(importPublished({ ...files, out: folder })).rejects.toThrow(ConfigError)
      await importPublished({ ...files, out: folder, overwrite: true })
      await importPublished({ ...files, out: folder })
      model.dispose()
    })

    it("to guess token maps; they can be given", async () => {
      const inputs = await damaged("var", remove("lvl_1L"))
      await expect(openPublished(inputs)).rejects.toThrow(/expected the buffer "lvl_1L", which says how 14 sites are split over 3 scales/)
      const opened = await openPublished({ ...inputs, grids: [1, 2, 3] })
      expect(opened.config.tokenizer.grids).toEqual([1, 2, 3])
      await opened.close()
    })
  })

  it("stops where it is asked to, and leaves nothing", async () => {
    const model = published(layout)
    const files = await writeBoth(model, join(root, "stopped-files"))
    model.dispose()
    const stop = new AbortController()
    const progress = (done: number) => void (done === 5 && stop.abort(new Error("enough")))
    await expect(importPublished({ ...files, out: join(root, "stopped"), signal: stop.signal, progress })).rejects.toThrow("enough")
    expect(existsSync(join(root, "stopped"))).toBe(false)
  })
})
