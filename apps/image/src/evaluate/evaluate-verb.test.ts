import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import {
  evaluateSamples,
  evaluationReference,
  generateImages,
  generatorOf,
  imageDiffusion,
  imageLikelihood,
  imageModel,
  loadClassifier,
  loadImageModel,
  openImageDatasets,
  saveImageDiffusion,
  saveImageModel,
  tokenizer,
  toResident,
  unet,
  type GeneratorConfig,
  type TokenizerConfig,
} from "@scalewise/image"
import { randomStream, selectBackend } from "@scalewise/nn"
import { imageSheet } from "@scalewise/report"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { tinyGenerator, tinyTokenizer } from "../testing/tiny-model-config.ts"
import { compareVerb } from "./compare-verb.ts"
import { evaluateVerb } from "./evaluate-verb.ts"
import type { Evaluation } from "./evaluation.ts"

const side = 12
const tokenizerConfig: TokenizerConfig = {
  ...tinyTokenizer,
  height: side,
  width: side,
  autoencoder: { ...tinyTokenizer.autoencoder, multipliers: [1], patch: 2, patchWidth: 4 },
  grids: [1, 2, 3, 6],
  quantiser: { kind: "vector", codes: 12, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  phi: { count: 2, ratio: 0.5 },
}
const generatorConfig: GeneratorConfig = { ...tinyGenerator, width: 16, heads: 2 }

let folder = ""
const at = (...names: string[]): string => path.join(folder, ...names)

beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "evaluate-"))
  await mkdir(at("data"))
  await writeIdx("train", 192)
  await writeIdx("t10k", 60)
  await saveModel("model", { generator: generatorConfig })
  await saveModel("tokenizer", {})
  await saveModel("unconditional", { generator: { ...generatorConfig, classes: 0 } })
  await saveModel("two-classes", { generator: { ...generatorConfig, classes: 2 } })
  for (const likelihood of ["bernoulli", "logistic"] as const)
    await saveModel(likelihood, { generator: generatorConfig, tokenizer: { ...tokenizerConfig, likelihood } })
  const network = { height: side, width: side, channels: 1, classes: 3, widths: [8], depth: 1, context: 16, groups: 2 }
  const random = randomStream("diffusion")
  const pixels = imageDiffusion({ config: { network, levels: 40, space: "pixels" }, parameters: unet(network).init(random) })
  await saveImageDiffusion(at("diffusion"), pixels)
  const inner = { ...network, height: 6, width: 6, channels: 4 }
  const latents = imageDiffusion({
    config: { network: inner, levels: 40, space: "latents" },
    parameters: unet(inner).init(random),
    deviation: 0.5,
  })
  await saveImageDiffusion(at("latent-diffusion"), latents)
  pixels.dispose()
  latents.dispose()
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

/** Three classes: the upper, middle or lower third is bright. */
async function writeIdx(split: string, count: number): Promise<void> {
  const header = (...shape: number[]) => [0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])]
  const noise = randomStream(split).uniformValues([count * side ** 2])
  const pixels = noise.map((u, place) => {
    const row = Math.floor(place / side) % side
    return 100 * u + (Math.floor(row / 4) === Math.floor(place / side ** 2) % 3 ? 150 : 0)
  })
  await writeFile(at("data", `${split}-images-idx3-ubyte`), Uint8Array.from([...header(count, side, side), ...pixels]))
  const labels = Array.from({ length: count }, (_, i) => i % 3)
  await writeFile(at("data", `${split}-labels-idx1-ubyte`), Uint8Array.from([...header(count), ...labels]))
}

async function saveModel(
  name: string,
  { generator, tokenizer: config = tokenizerConfig }: { generator?: GeneratorConfig; tokenizer?: TokenizerConfig },
) {
  const random = randomStream("evaluate")
  const made = tokenizer(config)
  const model = imageModel({
    config: { tokenizer: config, generator },
    tokenizerParameters: made.init(random.fold("tokenizer")),
    ...(generator && { generatorParameters: generatorOf(made, generator).init(random.fold("generator")) }),
    metadata: { training: { seed: 0, validationImages: 30 }, seconds: 1 },
  })
  await saveImageModel(at(name), model)
  model.dispose()
}

/** Runs `evaluate` on the tiny images; the classifier is trained by the first test that needs it. */
async function evaluate(...argv: string[]): Promise<{ status: number; err: string; found: Evaluation }> {
  const { status, out, err } = await runVerb(
    evaluateVerb,
    ["--data", at("data"), "--out", at("out"), "--count", "30", "--batch", "20", "--cas-steps", "20", "--json", ...argv],
    imageApp,
  )
  return { status, err, found: JSON.parse(out) as Evaluation }
}

describe("evaluate", { timeout: 240_000 }, () => {
  it("measures a tokenizer alone, and trains and keeps a classifier for images that have none", async () => {
    const { status, found, err } = await evaluate("--checkpoint", at("tokenizer"))
    expect(status).toBe(0)
    expect(err).toMatch(/one is trained on them with seed 1234 and kept in .*evaluation-classifier/)
    expect(found).toMatchObject({ kind: "image-evaluation", tokens: null, settings: [], data: { train: 192, test: 60 } })
    const { perScale, mse, count, codes } = found.reconstruction!
    expect([count, codes, perScale.map(({ grid }) => grid[0])]).toEqual([60, 12, [1, 2, 3, 6]])
    // Two ways to the same number: all pictures at once, and scale by scale in batches
    expect(perScale.at(-1)!.mse).toBeCloseTo(mse, 6)
    expect((await readdir(at("out"))).sort()).toEqual(["evaluation.html", "evaluation.json", "reconstructions.png"])
    const again = await evaluate("--checkpoint", at("model"), "--only", "reconstruction")
    expect([again.found.tokens, again.found.settings]).toEqual([null, []])
    expect(again.err).toContain("which an earlier evaluation trained on these images")
    expect(again.found.reconstruction).toEqual(found.reconstruction)
  })

  it("scores every setting and seed of a next-scale model as the package does, and the same twice", async () => {
    const argv = [
      "--checkpoint",
      at("model"),
      "--cas-samples",
      "150",
      "--settings",
      "plain:seeds=0/3",
      "cool, guided:temperature=0.5/1/1/1,guidance=1",
    ]
    const { status, found } = await evaluate(...argv)
    expect(status).toBe(0)
    expect(found.settings.map(({ name, networkCalls, runs }) => [name, networkCalls, runs.map(({ seed }) => seed)])).toEqual([
      ["plain", 4, [0, 3]],
      ["cool, guided", 8, [0]],
    ])
    const [plain] = found.settings
    expect(plain!.summary.fld.mean).toBeCloseTo((plain!.runs[0]!.scores.fld.value + plain!.runs[1]!.scores.fld.value) / 2, 9)
    expect(plain!.runs[0]!.scores.fld.value).not.toBe(plain!.runs[1]!.scores.fld.value)
    expect(plain!.runs.map(({ scores }) => scores.classificationAccuracyScore?.count)).toEqual([150, undefined])
    expect(plain!.runs[0]!.speed!.pictures).toBe(10) // the first batch of 20 compiles

    const { perScale, conditionalNats, bound, validation, images } = found.tokens!
    const opened = await openImageDatasets(at("data"))
    const [train, test] = [await toResident(opened.train), await toResident(opened.test)]
    const model = await loadImageModel(at("model"))
    const { tokenNats } = await imageLikelihood(model, test, { labels: test.labels })
    expect(conditionalNats).toBeCloseTo(-tokenNats.reduce((sum, nats) => sum + nats, 0) / 60, 3)
    expect(perScale.reduce((sum, { sites, conditional }) => sum + sites * conditional!, 0)).toBeCloseTo(conditionalNats!, 6)
    expect([bound, images, validation.images, validation.source]).toEqual([null, 60, 30, "training images that were held back"])

    const classifier = await loadClassifier(at("evaluation-classifier"))
    const drawn = { images: new Float32Array(30 * side ** 2), labels: new Int32Array(30) }
    for await (const { ids, images: some, labels } of generateImages({ model, count: 30, seed: 3 })) {
      drawn.images.set(some, ids[0]! * side ** 2)
      drawn.labels.set(labels, ids[0])
    }
    const scores = await evaluateSamples({
      samples: { images: drawn.images, height: side, width: side, channels: 1 },
      labels: drawn.labels,
      reference: evaluationReference({ train, test, classifier }),
      random: randomStream(0).fold("samples"),
    })
    expect(plain!.runs[1]!.scores.fld.value).toBeCloseTo(scores.fld.value, 3)
    expect(plain!.runs[1]!.scores.accuracy).toEqual(scores.accuracy)
    expect(plain!.runs[1]!.scores.precisionRecall.floor).toEqual(scores.precisionRecall.floor)
    model.dispose()
    classifier.dispose()

    const timeless = ({ settings, tokens, reconstruction }: Evaluation) => ({
      tokens,
      reconstruction,
      scores: settings.flatMap(({ runs }) => runs.map((run) => run.scores)),
    })
    expect(timeless((await evaluate(...argv)).found)).toEqual(timeless(found))
    const page = await readFile(at("out", "evaluation.html"), "utf8")
    for (const text of [
      "cool, guided: how samples come about",
      "nearest to a training image",
      "Likelihood of the tokens",
      found.extractor.hash!,
    ])
      expect(page).toContain(text)
    expect(await readdir(at("out"))).toEqual(
      expect.arrayContaining(["filmstrip-plain.png", "samples-cool-guided.png", "closest-plain.png"]),
    )
  })

  it("scores a folder of the test images as perfect, and their neighbours in class as wrong", async () => {
    const opened = await openImageDatasets(at("data"))
    const test = await toResident(opened.test)
    for (const shift of [0, 1])
      for (let row = 0; row < test.size; row++) {
        const label = (test.labels[row]! + shift) % 3
        await mkdir(at(`samples-${shift}`, `${label}`), { recursive: true })
        await writeFile(at(`samples-${shift}`, `${label}`, `${row}.png`), imageSheet({ data: test.read([row]), height: side, width: side }))
      }
    const right = (await evaluate("--samples", at("samples-0"), "--cas-samples", "0", "--classifier", at("evaluation-classifier"))).found
      .settings[0]!
    expect(right.count).toBe(60)
    expect(right.summary.fld.mean).toBeLessThan(1e-3 * right.summary.fldFloor.mean)
    expect([right.summary.precision.mean, right.summary.recall.mean, right.networkCalls, right.runs[0]!.speed]).toEqual([1, 1, null, null])
    const { accuracy } = right.runs[0]!.scores
    expect(accuracy!.value).toBe(accuracy!.ceiling)
    const wrong = (await evaluate("--samples", at("samples-1"), "--cas-samples", "0", "--classifier", at("evaluation-classifier"))).found
      .settings[0]!
    expect(wrong.summary.accuracy!.mean).toBeLessThan(1 - accuracy!.ceiling + 0.01)
  })

  it("scores diffusion in pixels and in latents by the same measures, and draws both beside the next-scale model", async () => {
    const argv = [
      "--cas-samples",
      "0",
      "--classifier",
      at("evaluation-classifier"),
      "--settings",
      "sampler=ddim,steps=3",
      "sampler=ddim,steps=6,guidance=1",
      "sampler=dpm-solver,steps=4",
    ]
    const pixels = await evaluate("--checkpoint", at("diffusion"), ...argv, "--out", at("out-pixels"))
    expect([pixels.status, pixels.found.tokens, pixels.found.reconstruction]).toEqual([0, null, null])
    expect(pixels.found.settings.map(({ name, series, networkCalls }) => [name, series, networkCalls])).toEqual([
      ["DDIM-3", "DDIM", 3],
      ["DDIM-6, guidance 1", "DDIM, guidance 1", 12],
      ["DPM-Solver++-4", "DPM-Solver++", 4],
    ])
    expect(Object.values(pixels.found.settings[0]!.runs[0]!.speed!).every((value) => value > 0)).toBe(true)
    const latents = await evaluate(
      "--checkpoint",
      at("latent-diffusion"),
      "--tokenizer",
      at("tokenizer"),
      ...argv,
      "--out",
      at("out-latents"),
    )
    expect(latents.status).toBe(0)
    const { status, out } = await runVerb(
      compareVerb,
      [at("out-pixels"), at("out-latents", "evaluation.json"), "--out", at("comparison"), "--json"],
      imageApp,
    )
    expect(status).toBe(0)
    const { rows } = JSON.parse(out) as { rows: { label: string; fld: { mean: number } }[] }
    expect(rows.map(({ label }) => label)).toEqual([
      ...Array<string>(3).fill("pixels diffusion"),
      ...Array<string>(3).fill("latents diffusion"),
    ])
    expect(rows[3]!.fld.mean).toBe(latents.found.settings[0]!.summary.fld.mean)
    expect((await readdir(at("comparison"))).sort()).toEqual(["comparison.html", "comparison.md", "fld-calls.svg", "fld-seconds.svg"])
    const table = await readFile(at("comparison", "comparison.md"), "utf8")
    expect(table.match(/diffusion: D/g)).toHaveLength(6)
    expect(await readFile(at("comparison", "fld-calls.svg"), "utf8")).toContain("network calls a picture")

    const other = JSON.parse(await readFile(at("out-pixels", "evaluation.json"), "utf8")) as Evaluation
    await writeFile(at("other.json"), JSON.stringify({ ...other, extractor: { ...other.extractor, hash: "another" } }))
    const refused = await runVerb(compareVerb, [at("out-pixels"), at("other.json"), "--out", at("comparison")], imageApp)
    expect([refused.status, refused.err]).toEqual([3, expect.stringMatching(/expected features of the classifier .* got another/)])
  })

  it.each([
    ["logistic", false],
    ["bernoulli", true],
  ])("names the bound of a %s decoder, binarised: %s", async (likelihood, isBinarised) => {
    const { found } = await evaluate("--checkpoint", at(likelihood), "--cas-samples", "0", "--settings", "as it is")
    expect(found.settings.map(({ name, settings }) => [name, settings])).toEqual([["as it is", {}]])
    const { bitsPerDimensionAtMost, tokenNats, decoderNats, binarised } = found.tokens!.bound!
    expect(binarised).toBe(isBinarised)
    // Binarised pictures have other tokens than grey ones
    if (!isBinarised) expect(tokenNats).toBeCloseTo(-found.tokens!.conditionalNats!, 3)
    expect(bitsPerDimensionAtMost).toBeCloseTo(-(tokenNats + decoderNats) / (side ** 2 * Math.LN2), 4)
    expect(await readFile(at("out", "evaluation.html"), "utf8")).toContain("Bound, not likelihood")
  })

  it("judges an unconditional model without classes, and refuses to guide it", async () => {
    const { status, found } = await evaluate("--checkpoint", at("unconditional"))
    expect(status).toBe(0)
    expect(found.tokens!.conditionalNats).toBeNull()
    expect(found.settings[0]!.summary.accuracy).toBeNull()
  })

  it.each([
    [2, /expected --checkpoint, --samples or both/, []],
    [2, /guidance: expected a model that knows classes, got an unconditional one/, ["--checkpoint", "unconditional", "--guidance", "1"]],
    [2, /expected the sampler ddpm, ddim, dpm-solver, got "ddin". Did you mean "ddim"/, ["--checkpoint", "diffusion", "--sampler", "ddin"]],
    [2, /a next-scale model has no "sampler"/, ["--checkpoint", "model", "--sampler", "ddim"]],
    [2, /there is no "temprature". Did you mean "temperature"/, ["--checkpoint", "model", "--settings", "a:temprature=1"]],
    [2, /expected one value, or one for each of the 4 scales, got 2/, ["--checkpoint", "model", "--temperature", "1/2"]],
    [2, /expected a number for temperature, .* got "warm"/, ["--checkpoint", "model", "--temperature", "warm"]],
    [2, /expected either --settings or --top-p/, ["--checkpoint", "model", "--settings", "a:top-k=3", "--top-p", "0.5"]],
    [2, /expected more samples than the 5 neighbours .* got 4/, ["--checkpoint", "model", "--count", "4"]],
    [2, /expected 0, or at least 128 to train a classifier on, got 100/, ["--checkpoint", "model", "--cas-samples", "100"]],
    [2, /expected images of 2 classes, as the model has, got 3/, ["--checkpoint", "two-classes"]],
    [2, /expected --tokenizer, the model in whose latents/, ["--checkpoint", "latent-diffusion"]],
    [3, /expected a checkpoint of kind image-model or image-diffusion, got image-classifier/, ["--checkpoint", "evaluation-classifier"]],
    [3, /a-file: expected a folder or the name of a new one/, ["--checkpoint", "model", "--out", "a-file"]],
    [3, /expected at least 6 pictures to judge, got 2/, ["--samples", "few"]],
    [3, /expected pictures of 12 x 12, as the data are, got 8 x 8/, ["--samples", "small"]],
    [3, /expected class folders named as the classes of the data \(0, 1, 2\), got "dog"/, ["--samples", "dogs"]],
  ])("ends with status %i and one sentence: %s", async (status, sentence, argv) => {
    for (const [name, count, size, label] of [
      ["few", 2, side, "0"],
      ["small", 7, 8, "0"],
      ["dogs", 7, side, "dog"],
    ] as const) {
      await mkdir(at(name, label), { recursive: true })
      for (let i = 0; i < count; i++)
        await writeFile(
          at(name, label, `${i}.png`),
          imageSheet({ data: new Float32Array(size * size).fill(i / 10), height: size, width: size }),
        )
    }
    await writeFile(at("a-file"), "")
    const names = argv.map((word, index) => (["--checkpoint", "--samples", "--out"].includes(argv[index - 1] ?? "") ? at(word) : word))
    const run = await runVerb(evaluateVerb, ["--data", at("data"), "--out", at("refused"), "--count", "30", "--quiet", ...names], imageApp)
    expect([run.status, run.out, run.err]).toEqual([status, "", expect.stringMatching(sentence)])
    expect(
      run.err
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("error:")),
    ).toHaveLength(1)
  })
})
