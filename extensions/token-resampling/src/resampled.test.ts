import { categorical, guided, isCategorical, logLikelihood, tempered } from "@scalewise/core"
import { checkBackwardProcess, twoScaleModel, twoScaleProcess } from "@scalewise/core/testing"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { beforeAll, expect, it } from "vitest"
import { plugin, resampled, resampledLaw } from "./index.ts"

beforeAll(() => selectBackend())

const probs = [0.6, 0.28, 0.08, 0.04]
const lawOf = (below: number, rounds: number): number[] =>
  tf.tidy(() => Array.from(tf.softmax(resampledLaw(categorical(tf.log(tf.tensor2d([probs]))), below, rounds).logits).dataSync()))

it("is the law of drawing again", () => {
  // L = 0.12; one round: 0.6 (1 + 0.12), 0.28 (1 + 0.12), 0.08 * 0.12, 0.04 * 0.12
  for (const [i, expected] of [0.672, 0.3136, 0.0096, 0.0048].entries()) expect(lawOf(0.1, 1)[i]).toBeCloseTo(expected, 6)
  // Without a table: draw, and draw again while unsure
  const draw = randomStream("simulation")
  const counts = [0, 0, 0, 0]
  const uniforms = draw.uniformValues([60_000])
  const entryOf = (u: number): number => (u < 0.6 ? 0 : u < 0.88 ? 1 : u < 0.96 ? 2 : 3)
  for (let i = 0; i < 20_000; i++) {
    let entry = 0
    for (let round = 0; round <= 2; round++) {
      entry = entryOf(uniforms[3 * i + round]!)
      if (probs[entry]! >= 0.3) break
    }
    counts[entry]!++
  }
  const law = lawOf(0.3, 2)
  for (const [i, count] of counts.entries()) expect(Math.abs(count / 20_000 - law[i]!)).toBeLessThan(4 * Math.sqrt(law[i]! / 20_000))
})

it("changes nothing where nothing is unsure, where everything is, and without rounds", () => {
  for (const [below, rounds] of [
    [0, 3],
    [0.9, 3],
    [0.1, 0],
  ] as const)
    for (const [i, p] of probs.entries()) expect(lawOf(below, rounds)[i]).toBeCloseTo(p, 6)
})

it("keeps the promises of a process, alone and among other wrappers", async () => {
  const condition = () => ({ label: 0.5 })
  const outcomes = (step: number, batch: number) =>
    step === 1
      ? [0, 1, 2].map((token) => tf.fill([batch, 1], token, "int32"))
      : [0, 1, 2, 3].map((two) => tf.tile(tf.tensor2d([[two & 1, two >> 1]], [1, 2], "int32"), [batch, 1]))
  await checkBackwardProcess(resampled(twoScaleProcess, { below: 0.4 }), { condition, outcomes })
  await checkBackwardProcess(resampled(tempered(guided(twoScaleProcess, { scale: 2 }), { topK: 2 }), { below: [0.3, 0], rounds: 1 }), {
    condition,
  })
  await checkBackwardProcess(guided(resampled(twoScaleProcess), { scale: 2 }), { condition })
})

it("leaves likelihoods exact: that of data is the product of the changed laws", () => {
  const model = { ...twoScaleModel, process: resampled(twoScaleProcess, { below: 0.35, rounds: 3 }) }
  const { nats } = logLikelihood(model, tf.tensor2d([[1, 1]]), { condition: { label: 0 } })
  // Coarse logits 0.2, -0.4, 0.5: entry 2 is sure, the others are not
  const weights = [0.2, -0.4, 0.5].map(Math.exp)
  const [a, b, c] = weights.map((weight) => weight / weights.reduce((sum, other) => sum + other)) as [number, number, number]
  const unsure = a + b
  const coarse = c * (1 + unsure + unsure ** 2 + unsure ** 3)
  // Fine logits at site i given the context 1.1: 1.1 (i + 1) and 0.3 - 1.1; the bit 1 is unsure at both sites
  const fine = [1.1, 2.2].map((logit) => 1 / (1 + Math.exp(logit + 0.8)))
  expect(-nats.dataSync()[0]! || 0).toBeCloseTo(-Math.log(coarse * fine[0]! ** 4 * fine[1]! ** 4), 4)
})

it("refuses what cannot be", () => {
  expect(() => resampled(twoScaleProcess, { below: 1.5 })).toThrow("expected probabilities from 0 to 1, got 1.5, 1.5")
  expect(() => resampled(twoScaleProcess, { below: [0.1] })).toThrow("one for each of the 2 steps, got 1")
  expect(() => resampled(twoScaleProcess, { rounds: -1 })).toThrow("rounds from 0 on, got -1")
})

it("is a plugin whose flags reach the wrapper", () => {
  const hook = plugin.hooks!["image.sampling"] as unknown as {
    wrap(process: unknown, context: unknown): typeof twoScaleProcess
  }
  const options = { resampleBelow: [0.4], resampleRounds: 1 }
  const [own, direct] = [hook.wrap(twoScaleProcess, { options }), resampled(twoScaleProcess, { below: 0.4, rounds: 1 })].map((process) =>
    tf.tidy(() => {
      const law = process.predict(process.start(1, { label: 0 }, randomStream(0)), 1, { label: 0 })
      return isCategorical(law) ? Array.from(law.logits.dataSync()) : []
    }),
  )
  expect(own).toEqual(direct)
  expect(own!.length).toBe(3)
})
