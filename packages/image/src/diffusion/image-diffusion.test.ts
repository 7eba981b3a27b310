import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { CheckpointError, disposeParameters, flattenParameters, randomStream, saveCheckpoint, selectBackend, tf } from "@scalewise/nn"
import { expectAllClose } from "@scalewise/nn/testing"
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest"
import { diffusionPresets } from "./diffusion-presets.ts"
import type { ImageDiffusionConfig } from "./diffusion-config.ts"
import { imageDiffusion, loadImageDiffusion, saveImageDiffusion } from "./image-diffusion.ts"
import { unet } from "./unet.ts"

beforeAll(() => selectBackend())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "scalewise-image-diffusion-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const random = randomStream("image-diffusion")
const config: ImageDiffusionConfig = {
  network: { height: 3, width: 4, channels: 2, classes: 2, widths: [4, 6], depth: 2, context: 8, groups: 2 },
  levels: 50,
  space: "latents",
}
const parameters = () => {
  const made = unet(config.network).init(random)
  return { ...made, leave: { ...made.leave, weight: random.fold("leave").normal(made.leave.weight.shape) } }
}

it("comes back from the disk as it was", async () => {
  const model = imageDiffusion({ config, parameters: parameters(), deviation: 1.75, metadata: { steps: 12 } })
  await saveImageDiffusion(folder, model)
  const loaded = await loadImageDiffusion(folder)
  expect([loaded.config, loaded.deviation, loaded.metadata]).toEqual([config, 1.75, { steps: 12 }])
  const inputs = { x: random.fold("x").normal([2, 3, 4, 2]), times: tf.tensor1d([3, 40]), labels: tf.tensor1d([1, 2], "int32") }
  const expected = model.predict(inputs)
  expect(Math.max(...expected.abs().dataSync())).toBeGreaterThan(0.1)
  await expectAllClose(loaded.predict(inputs), expected, { tolerance: 1e-7 })
  await saveImageDiffusion(folder, loaded, { steps: 13 })
  expect((await loadImageDiffusion(folder, { mode: "eager" })).metadata).toEqual({ steps: 13 })
  model.dispose()
})

it("refuses other checkpoints and damaged ones, by name, and leaves no tensor", async () => {
  const own = parameters()
  const flat = flattenParameters(own)
  const stored = { ...config, deviation: 1 }
  const before = tf.memory().numTensors
  const attempt = async (kind: string, tensors: Record<string, tf.Tensor>): Promise<void> => {
    await saveCheckpoint(folder, { kind, config: stored, tensors })
    await loadImageDiffusion(folder)
  }
  const { "enter.weight": gone, ...rest } = flat
  await expect(attempt("image-model", flat)).rejects.toThrow(/"image-diffusion"/)
  await expect(attempt("image-diffusion", rest)).rejects.toThrow(/1 missing: "enter\.weight" \[3, 3, 2, 4\]/)
  await expect(attempt("image-diffusion", { ...flat, more: gone! })).rejects.toThrow(/1 unknown: "more"/)
  const broken = tf.fill(gone!.shape, NaN)
  await expect(attempt("image-diffusion", { ...flat, "enter.weight": broken })).rejects.toThrow(CheckpointError)
  broken.dispose()
  await saveCheckpoint(folder, { kind: "image-diffusion", config: stored, tensors: flat })
  const file = path.join(folder, "config.json")
  await writeFile(file, (await readFile(file, "utf8")).replace('"context": 8', '"context": 12'))
  await expect(loadImageDiffusion(folder)).rejects.toThrow(/of another shape/)
  expect(tf.memory().numTensors).toBe(before)
  disposeParameters(own)
})

it("has presets that can be built and saved as JSON", () => {
  for (const preset of Object.values(diffusionPresets)) {
    expect(JSON.parse(JSON.stringify(preset))).toEqual(preset)
    expect(() => unet(preset.diffusion.network)).not.toThrow()
  }
})
