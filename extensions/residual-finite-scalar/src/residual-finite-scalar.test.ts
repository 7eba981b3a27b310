import { finiteScalarQuantiser, gridSchedule, multiScaleQuantiser, pyramidProcess, scaledQuantiser } from "@scalewise/core"
import { checkQuantiser } from "@scalewise/core/testing"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { residualFiniteScalarQuantiser } from "./index.ts"

beforeAll(() => selectBackend())

const errorOf = (quantiser: ReturnType<typeof residualFiniteScalarQuantiser>, vectors: tf.Tensor): number =>
  tf.tidy(() => {
    const wanted = quantiser.relax!({}, vectors)
    return wanted
      .sub(quantiser.decode({}, quantiser.encode({}, vectors)))
      .square()
      .mean()
      .dataSync()[0]!
  })

describe("residualFiniteScalarQuantiser", () => {
  it.each([
    [[3], 1],
    [[5, 3], 2],
    [[2, 4], 3],
    [[4, 4, 4], 2],
  ])("levels %j in %i stages keep the promises of a quantiser", (levels, stages) =>
    checkQuantiser(residualFiniteScalarQuantiser({ levels, stages }), { steps: 2, seed: "residual" }),
  )

  it("with one stage of odd levels has the codes of finite scalar quantisation", () => {
    const [own, plain] = [residualFiniteScalarQuantiser({ levels: [5, 3], stages: 1 }), finiteScalarQuantiser({ levels: [5, 3] })]
    const ids = tf.range(0, 15, 1, "int32")
    expect(Array.from(own.decode({}, ids).dataSync(), (x) => x.toFixed(5))).toEqual(
      Array.from(plain.decode({}, ids).dataSync(), (x) => x.toFixed(5)),
    )
  })

  it("each stage divides the error of a channel by its levels, squared", () => {
    const vectors: tf.Tensor = randomStream("vectors").normal([4000, 2]).mul(0.5)
    const errors = [1, 2, 3].map((stages) => errorOf(residualFiniteScalarQuantiser({ levels: [4, 4], stages }), vectors))
    // Uniform within a cell of width 2 / (4^S - 1): a twelfth of its square
    for (const [index, error] of errors.entries()) expect(error / ((2 / (4 ** (index + 1) - 1)) ** 2 / 12)).toBeCloseTo(1, 0)
  })

  it("ids are split into stages and joined again; a preview is in the middle of its cell", () => {
    const quantiser = residualFiniteScalarQuantiser({ levels: [3, 2], stages: 2 })
    const ids = tf.range(0, 36, 1, "int32")
    const parts = quantiser.split(ids)
    expect([parts.shape, quantiser.stageVocabulary]).toEqual([[36, 2], 6])
    expect(Array.from(quantiser.join(parts).dataSync())).toEqual(Array.from(ids.dataSync()))
    const coarse = quantiser.preview(ids, 1).arraySync() as number[][]
    const fine = quantiser.decode({}, ids).arraySync() as number[][]
    const stages = parts.arraySync() as number[][]
    for (const stage of [0, 1, 2, 3, 4, 5]) {
      const inside = fine.filter((_, id) => stages[id]![0] === stage)
      expect(inside).toHaveLength(6)
      const means = [0, 1].map((channel) => inside.reduce((sum, code) => sum + code[channel]!, 0) / 6)
      const shown = coarse.find((_, id) => stages[id]![0] === stage)!
      for (const channel of [0, 1]) expect(shown[channel]).toBeCloseTo(means[channel]!, 5)
    }
  })

  it("serves a residual pyramid over scales", () => {
    const quantiser = scaledQuantiser(residualFiniteScalarQuantiser({ levels: [5, 5, 5] }), { gains: [2, 1, 0.5] })
    const tokenizer = multiScaleQuantiser({ schedule: gridSchedule([1, 2, 4]), quantiser })
    const parameters = tokenizer.init(randomStream("weights"))
    const latents = randomStream("latents").normal([6, 4, 4, 3])
    const tokens = pyramidProcess(tokenizer, parameters).targets(latents, randomStream("unused"))
    const sums = tokenizer.accumulate(parameters, tokens)
    const errors = sums.map((sum) => tf.tidy(() => latents.sub(sum).square().mean().dataSync()[0]!))
    expect(errors[2]).toBeLessThan(errors[1]!)
    expect(errors[1]).toBeLessThan(errors[0]!)
  })

  it("refuses what cannot be", () => {
    expect(() => residualFiniteScalarQuantiser({ levels: [1, 3] })).toThrow("at least two levels in each channel, got [1, 3]")
    expect(() => residualFiniteScalarQuantiser({ levels: [3], stages: 0 })).toThrow("at least one stage, got 0")
    expect(() => residualFiniteScalarQuantiser({ levels: [8, 8, 8], stages: 3 })).toThrow("at most 2^23 ids, got 134217728")
  })
})

const backends = await testBackends()
it("gives the same ids on every backend present", async () => {
  const quantiser = residualFiniteScalarQuantiser({ levels: [5, 4, 3], stages: 2 })
  const vectors = randomStream("equal").normalValues([300, 3])
  const ids: number[][] = []
  for (const prefer of backends) {
    await selectBackend({ prefer })
    ids.push(tf.tidy(() => Array.from(quantiser.encode({}, tf.tensor(vectors, [300, 3])).dataSync())))
  }
  expect(ids[0]).toHaveLength(300)
  for (const other of ids) expect(other).toEqual(ids[0])
})
