import { tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { bitwise } from "../distribution/bitwise.ts"
import { twoScaleModel, twoScaleOutcomes, twoScaleProbability, twoScaleReadout } from "../testing/two-scale-pyramid.ts"
import { bitsPerDimension, likelihoodBound, tokenBitsPerSite } from "./likelihood-bound.ts"

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const data = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const decoder = (context: tf.Tensor) => bitwise(context)
const decoderProbability = (outcome: readonly [number, number, number], x: readonly number[]): number =>
  twoScaleReadout(outcome).reduce((product, logit, i) => product * sigmoid(x[i] === 1 ? logit : -logit), 1)

test("the bound is the term of the encoded tokens, below the log likelihood that enumeration gives", () => {
  const bound = likelihoodBound(twoScaleModel, tf.tensor2d(data), { decoder, condition: { label: 0 } })
  const lower = bound.lowerBoundNats.arraySync() as number[]
  let total = 0
  for (const [i, x] of data.entries()) {
    const tokens = [x[0]! + x[1]!, x[0]!, x[1]!] as const
    expect((bound.tokenNats.arraySync() as number[])[i]).toBeCloseTo(Math.log(twoScaleProbability(tokens)), 5)
    expect((bound.decoderNats.arraySync() as number[])[i]).toBeCloseTo(Math.log(decoderProbability(tokens, x)), 5)
    const exact = twoScaleOutcomes.reduce((sum, outcome) => sum + twoScaleProbability(outcome) * decoderProbability(outcome, x), 0)
    expect(lower[i]!).toBeLessThan(Math.log(exact))
    total += exact
  }
  expect(total).toBeCloseTo(1, 10)
})

test("bits per dimension come from a bound only, bits of tokens have another name", () => {
  const nats = tf.tensor1d([-2 * Math.LN2])
  expect((bitsPerDimension({ lowerBoundNats: nats, tokenNats: nats, decoderNats: nats }, 4).arraySync() as number[])[0]).toBeCloseTo(0.5, 6)
  expect((tokenBitsPerSite({ nats }, 2).arraySync() as number[])[0]).toBeCloseTo(1, 6)
  // @ts-expect-error a token likelihood is not a bound on the data's
  expect(() => bitsPerDimension({ nats, perScale: nats }, 4)).toThrow(TypeError)
})
