import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { gridSchedule } from "../pyramid/grid-schedule.ts"
import { resampler } from "../pyramid/resampler.ts"
import type { ResidualFormName } from "../pyramid/residual-form.ts"
import { meanResidualNorms } from "./codebook-usage.ts"
import { kMeansStart } from "./k-means-start.ts"
import { multiScaleQuantiser } from "./multi-scale-quantiser.ts"
import { vectorQuantiser } from "./vector-quantiser.ts"
import { meanSquaredError } from "./vq-vae-loss.ts"

// Smooth synthetic latents: noise of several grids, most of it in the middle, as in latents of small pictures. 7x7 sites of 4 channels.
const octaves: readonly [grid: number, amplitude: number][] = [
  [1, 0.3],
  [2, 0.5],
  [4, 0.8],
  [7, 0.3],
]
const side = 7
const channels = 4
function smoothLatents(name: string, count: number): tf.Tensor {
  const random = randomStream("rate-distortion").fold(name)
  const up = resampler("bicubic")
  return tf.tidy(() =>
    tf.addN(octaves.map(([grid, amplitude]) => up(random.fold(grid).normal([count, grid, grid, channels]).mul(amplitude), [side, side]))),
  )
}

interface Fit {
  /** MSE after each scale, on latents that the codebooks have not seen. */
  readonly errors: number[]
  readonly norms: number[]
  readonly variance: number
}

async function fit(form: ResidualFormName, { codes = 16, codebooks = 4 } = {}): Promise<Fit> {
  const quantiser = vectorQuantiser({ channels, codes, codebooks })
  const multiScale = multiScaleQuantiser({ schedule: gridSchedule([1, 2, 4, 7]), quantiser, form })
  const random = randomStream(1)
  const parameters = await kMeansStart(multiScale, smoothLatents("train", 600), {
    quantiser,
    parameters: multiScale.init(random.fold("init")),
    random: random.fold("start"),
    iterations: 8,
    samples: 6000,
  })
  return tf.tidy(() => {
    const test = smoothLatents("test", 300)
    const scales = multiScale.encode(parameters, test)
    return {
      errors: scales.map(({ partial }) => meanSquaredError(multiScale.form.toLatent(partial), test).dataSync()[0]!),
      norms: Array.from(meanResidualNorms(scales).dataSync()),
      variance: test.sub(test.mean()).square().mean().dataSync()[0]!,
    }
  })
}

// In the spirit of the measurements on Fashion-MNIST latents, where closed loops cut the error of the open one by 17 to 25 % and agree with
// each other. Here sixteen codes leave more behind at the coarse scales (measured: 0.283 open, 0.120 own grid, 0.122 full grid).
describe("residual forms with a fitted codebook per scale", () => {
  beforeAll(async () => {
    await selectBackend({ prefer: (await testBackends())[0]! })
  })

  it("end nearer to the latent in a closed loop", async () => {
    const last = async (form: ResidualFormName) => (await fit(form)).errors.at(-1)!
    const [open, ownGrid, fullGrid] = [await last("open"), await last("own-grid"), await last("full-grid")]
    for (const closed of [ownGrid, fullGrid]) {
      expect(closed / open).toBeGreaterThan(0.35)
      expect(closed / open).toBeLessThan(0.5)
    }
    expect(Math.abs(ownGrid / fullGrid - 1)).toBeLessThan(0.1)
  })

  it("come nearer at every scale, and with every codebook size, as VAR's does", async () => {
    const sizes = await Promise.all([4, 16, 64].map((codes) => fit("full-grid", { codes })))
    for (const { errors, variance, norms } of sizes) {
      expect([variance, ...errors]).toEqual([variance, ...errors].sort((a, b) => b - a))
      expect(norms.every((norm) => norm > 0)).toBe(true)
    }
    const finals = sizes.map(({ errors }) => errors.at(-1)!)
    expect(finals[1]!).toBeLessThan(finals[0]! * 0.8)
    expect(finals[2]!).toBeLessThan(finals[1]! * 0.8)
  })

  it("does better with codebooks of their own than with a shared one of the same size", async () => {
    const [own, shared] = [await fit("full-grid"), await fit("full-grid", { codebooks: 1 })]
    expect(shared.errors.at(-1)!).toBeLessThan(shared.variance * 0.5)
    expect(own.errors.at(-1)!).toBeLessThan(shared.errors.at(-1)!)
  })
})
