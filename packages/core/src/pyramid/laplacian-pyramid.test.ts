import { ops, randomStream, ShapeError, tf } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { gaussianPyramid } from "./gaussian-pyramid.ts"
import { gridSchedule, type Grid } from "./grid-schedule.ts"
import { laplacianPyramid, reconstructLaplacian } from "./laplacian-pyramid.ts"
import type { Kernel } from "./resampler.ts"
import { exactResiduals, residualForm, type ResidualFormName } from "./residual-form.ts"

const kernels = ["area", "bilinear", "bicubic", "nearest", "binomial"] as const satisfies readonly Kernel[]
const kernel = fc.constantFrom(...kernels)
const grids = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })), { minLength: 1, maxLength: 4 })
  .map((sizes): Grid[] => {
    const heights = sizes.map(([height]) => height).sort((a, b) => a - b)
    const widths = sizes.map(([, width]) => width).sort((a, b) => a - b)
    return heights.map((height, index) => [height, widths[index]!])
  })

const distance = (a: tf.Tensor, b: tf.Tensor) => tf.tidy(() => a.sub(b).abs().max().dataSync()[0]!)
const noise = (seed: number, [height, width]: Grid, batch = 2, channels = 3) => randomStream(seed).normal([batch, height, width, channels])

describe("laplacianPyramid", () => {
  it("is undone exactly, whatever schedule and kernels", () => {
    fc.assert(
      fc.property(grids, kernel, kernel, fc.constantFrom("finer", "finest"), fc.nat(1000), (sizes, down, up, from, seed) => {
        tf.tidy(() => {
          const schedule = gridSchedule(sizes)
          const x = noise(seed, schedule.finest)
          const bands = laplacianPyramid(x, schedule, { down, up, from })
          expect(bands.map(({ shape }) => shape)).toEqual(schedule.grids.map(([h, w]) => [2, h, w, 3]))
          expect(distance(reconstructLaplacian(bands, schedule, { up }), x)).toBeLessThan(1e-5)
        })
      }),
      { numRuns: 60 },
    )
  })

  it("takes a kernel of one's own", () => {
    const schedule = gridSchedule([2, 4])
    const x = noise(1, [4, 4])
    const zeros: Kernel = (y, [h, w]) => tf.zeros([y.shape[0], h, w, y.shape[3]!])
    const [coarse, fine] = laplacianPyramid(x, schedule, { up: zeros })
    expect(distance(fine!, x)).toBe(0)
    expect(distance(coarse!, ops.resample2d(x, { kind: "area", height: 2, width: 2 }))).toBe(0)
  })

  it("has empty bands for a constant image", () => {
    for (const name of kernels) {
      const bands = laplacianPyramid(tf.ones([1, 7, 7, 1]), gridSchedule([1, 3, 7]), { down: name, up: name })
      expect(distance(bands[0]!, tf.ones([1, 1, 1, 1]))).toBeLessThan(1e-5)
      for (const band of bands.slice(1)) expect(distance(band, tf.zerosLike(band))).toBeLessThan(1e-5)
    }
  })

  it("leaves no tensor behind but its bands", () => {
    const x = noise(1, [7, 7])
    const schedule = gridSchedule([1, 2, 4, 7])
    const run = () => {
      const bands = laplacianPyramid(x, schedule, { down: "binomial" })
      const whole = reconstructLaplacian(bands, schedule)
      tf.dispose([...bands, whole])
    }
    run() // matrices are cached
    const before = tf.memory().numTensors
    run()
    expect(tf.memory().numTensors).toBe(before)
    expect(x.isDisposed).toBe(false)
  })

  it("refuses another grid and a missing band", () => {
    const schedule = gridSchedule([1, 2, 4])
    expect(() => laplacianPyramid(tf.zeros([1, 5, 4, 1]), schedule)).toThrow(ShapeError)
    expect(() => reconstructLaplacian([tf.zeros([1, 4, 4, 1])], schedule)).toThrow(/expected 3 bands/)
  })
})

describe("gaussianPyramid", () => {
  it("reduces from the finer level or from the finest", () => {
    const x = noise(3, [7, 7])
    const schedule = gridSchedule([2, 5, 7])
    const area = (y: tf.Tensor, side: number) => ops.resample2d(y, { kind: "area", height: side, width: side })
    expect(distance(gaussianPyramid(x, schedule)[0]!, area(area(x, 5), 2))).toBeLessThan(1e-6)
    expect(distance(gaussianPyramid(x, schedule, { from: "finest" })[0]!, area(x, 2))).toBeLessThan(1e-6)
  })
})

describe("residualForm", () => {
  const forms = fc.constantFrom<ResidualFormName>("open", "own-grid", "full-grid")

  it("adds up to the latent where nothing is quantised: f = f_hat_K", () => {
    fc.assert(
      fc.property(forms, grids, kernel, kernel, fc.nat(1000), (name, sizes, down, up, seed) => {
        tf.tidy(() => {
          const schedule = gridSchedule(sizes)
          const latent = noise(seed, schedule.finest)
          const form = residualForm(name, schedule, { down, up })
          let partial: tf.Tensor | undefined
          for (const [index, residual] of exactResiduals(form, schedule, latent).entries())
            partial = form.add(partial, form.spread(residual, index + 1), index + 1)
          expect(distance(form.toLatent(partial!), latent)).toBeLessThan(1e-5)
        })
      }),
      { numRuns: 60 },
    )
  })

  it("open residuals are the Laplacian bands, and so are own-grid ones without quantisation", () => {
    const schedule = gridSchedule([1, 2, 4, 7])
    const latent = noise(5, [7, 7])
    const bands = laplacianPyramid(latent, schedule)
    for (const name of ["open", "own-grid"] as const)
      for (const [k, residual] of exactResiduals(residualForm(name, schedule), schedule, latent).entries())
        expect(distance(residual, bands[k]!)).toBeLessThan(1e-6)
  })

  it("a closed loop repairs what an open one forgets", () => {
    const schedule = gridSchedule([2, 4])
    const latent = noise(7, [4, 4])
    const finalError = (name: ResidualFormName) => {
      const form = residualForm(name, schedule)
      const levels = form.levels(latent)
      const damaged = form.add(undefined, form.spread(form.residual(levels, undefined, 1).add(1), 1), 1) // wrong by 1
      const repaired = form.add(damaged, form.spread(form.residual(levels, damaged, 2), 2), 2)
      return distance(form.toLatent(repaired), latent)
    }
    expect(finalError("open")).toBeCloseTo(1, 5)
    expect(finalError("own-grid")).toBeLessThan(1e-5)
    expect(finalError("full-grid")).toBeLessThan(1e-5)
  })

  it("refuses an unknown name and another grid", () => {
    expect(() => residualForm("closed" as ResidualFormName, gridSchedule([1]))).toThrow(/expected "open", "own-grid" or "full-grid"/)
    expect(() => residualForm("full-grid", gridSchedule([2, 4])).levels(tf.zeros([1, 3, 3, 1]))).toThrow(ShapeError)
  })
})
