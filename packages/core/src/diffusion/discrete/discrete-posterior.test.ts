import { randomStream } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { absorbingChain, discretisedGaussianChain, uniformChain, type DiscreteChain } from "./discrete-chain.ts"
import { discretePosterior, discreteReverse } from "./discrete-posterior.ts"

const small = uniformChain({ states: 3, levels: 2, beta: (t) => [0.1, 0.3][t - 1]! })
const chains: [string, DiscreteChain][] = [
  ["uniform", uniformChain({ states: 4, levels: 6 })],
  ["absorbing", absorbingChain({ states: 4, levels: 6 })],
  ["discretised Gaussian", discretisedGaussianChain({ states: 4, levels: 6, beta: (t) => 0.1 + 0.1 * t })],
]

describe("discrete posterior", () => {
  it("golden values: three states, beta .1 and .3", () => {
    const close = (got: Float64Array, expected: number[]): void => expected.forEach((p, i) => expect(got[i]).toBeCloseTo(p, 6))
    close(discretePosterior(small, 2, 1, 0), [0.756757, 0.216216, 0.027027])
    close(discretePosterior(small, 2, 0, 0), [0.99115, 0.004425, 0.004425])
  })

  it("matches Monte-Carlo walks", () => {
    const count = 300_000
    const uniforms = randomStream(5).uniformValues([2, count])
    const step = (t: number, from: number, u: number): number => {
      let sum = 0
      for (let j = 0; j < 3; j++) if (u < (sum += small.steps[t]![from * 3 + j]!)) return j
      return 2
    }
    const seen = new Float64Array(3)
    for (let i = 0; i < count; i++) {
      const before = step(1, 0, uniforms[i]!)
      if (step(2, before, uniforms[count + i]!) === 2) seen[before]!++
    }
    const total = seen.reduce((a, b) => a + b)
    expect(total).toBeGreaterThan(10_000)
    discretePosterior(small, 2, 2, 0).forEach((p, j) => expect(Math.abs(seen[j]! / total - p)).toBeLessThan(0.01))
  })

  it.each(chains)("%s: posteriors are laws, and level 1 gives x_0 back", (_, chain) => {
    for (let t = 1; t <= chain.levels; t++)
      for (let x0 = 0; x0 < chain.dataStates; x0++)
        for (let xt = 0; xt < chain.states; xt++) {
          const posterior = discretePosterior(chain, t, xt, x0)
          const possible = chain.products[t]![x0 * chain.states + xt]! > 0
          expect(posterior.reduce((a, b) => a + b)).toBeCloseTo(possible ? 1 : 0, 12)
          expect(t > 1 || !possible || posterior[x0]! > 1 - 1e-12).toBe(true)
        }
  })

  it.each(chains)("%s: with the true p(x_0 | x_t) of any data the reverse chain carries q(x_t) to q(x_{t-1}) exactly", (_, chain) => {
    const { states: V, dataStates: D } = chain
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: D, maxLength: D }), (raw) => {
        const total = raw.reduce((a, b) => a + b)
        const data = raw.map((p) => p / total)
        const law = (t: number): number[] =>
          Array.from({ length: V }, (_, j) => data.reduce((sum, p, x0) => sum + p * chain.products[t]![x0 * V + j]!, 0))
        for (let t = chain.levels; t >= 1; t--) {
          const before = new Float64Array(V)
          law(t).forEach((mass, xt) => {
            const p0 = data.map((p, x0) => p * chain.products[t]![x0 * V + xt]!)
            discreteReverse(chain, t, xt, p0).forEach((p, j) => (before[j]! += mass * p))
          })
          law(t - 1).forEach((p, j) => expect(before[j]).toBeCloseTo(p, 10))
        }
      }),
      { numRuns: 20 },
    )
  })

  it("absorbing: an open site stays, a masked one opens with odds 1 in t, by what the network believes", () => {
    const chain = absorbingChain({ states: 3, levels: 5 })
    const p0 = [0.2, 0.3, 0.5]
    expect([...discreteReverse(chain, 3, 1, p0)]).toEqual([0, 1, 0, 0])
    const opened = discreteReverse(chain, 4, 3, p0)
    p0.forEach((p, x0) => expect(opened[x0]).toBeCloseTo(p / 4, 12))
    expect(opened[3]).toBeCloseTo(3 / 4, 12)
    // The last step: the network's x_0 law as it is
    const last = discreteReverse(chain, 1, 3, p0)
    p0.forEach((p, x0) => expect(last[x0]).toBeCloseTo(p, 12))
    expect(last[3]).toBe(0)
  })
})
