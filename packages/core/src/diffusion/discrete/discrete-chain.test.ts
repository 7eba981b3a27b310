import { ConfigError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { absorbingChain, discreteChain, discretisedGaussianChain, marginalChain, uniformChain } from "./discrete-chain.ts"
import { uniformTransition } from "./transition-matrix.ts"

describe("discrete chains", () => {
  it("absorbing: an even share is masked at each level, all of it at the last", () => {
    const { products, prior, states, dataStates } = absorbingChain({ states: 3, levels: 8 })
    expect([states, dataStates]).toEqual([4, 3])
    for (let t = 0; t <= 8; t++) {
      expect(products[t]![3]).toBeCloseTo(t / 8, 12)
      expect(products[t]![0]).toBeCloseTo(1 - t / 8, 12)
      expect(products[t]![1]).toBe(0)
    }
    expect([...prior]).toEqual([0, 0, 0, 1])
  })

  it("uniform: products stay in closed form and end near the prior", () => {
    const { steps, products, prior } = uniformChain({ states: 5, levels: 100 })
    let kept = 1
    for (let t = 1; t <= 100; t++) {
      kept *= steps[t]![0]! - steps[t]![1]!
      expect(products[t]![0]).toBeCloseTo(kept + (1 - kept) / 5, 10)
    }
    products[100]!.forEach((p) => expect(p).toBeCloseTo(prior[0]!, 4))
  })

  it("marginal: the law of the data stays as it is, and is all that is left at the end; even odds are the uniform chain", () => {
    const law = [0.7, 0.2, 0.1]
    const { steps, products, prior } = marginalChain({ law, levels: 50 })
    expect([...prior]).toEqual(law)
    for (let j = 0; j < 3; j++) {
      expect(law.reduce((sum, p, i) => sum + p * steps[20]![3 * i + j]!, 0)).toBeCloseTo(law[j]!, 12)
      for (let i = 0; i < 3; i++) expect(products[50]![3 * i + j]).toBeCloseTo(law[j]!, 4)
    }
    const even = marginalChain({ law: [0.25, 0.25, 0.25, 0.25], levels: 10 })
    uniformChain({ states: 4, levels: 10 }).products[5]!.forEach((p, i) => expect(even.products[5]![i]).toBeCloseTo(p, 12))
    expect(() => marginalChain({ law: [0.5, 0.4], levels: 3 })).toThrow(ConfigError)
  })

  it("discretised Gaussian spreads from its neighbours to everywhere", () => {
    const { products } = discretisedGaussianChain({ states: 8, levels: 60, beta: (t) => 0.01 + 0.01 * t })
    expect(products[10]![0]).toBeGreaterThan(products[10]![1]!)
    expect(products[10]![1]).toBeGreaterThan(products[10]![2]!)
    products[60]!.forEach((p) => expect(p).toBeCloseTo(1 / 8, 2))
  })

  it("one level, one state; refuses what is no chain", () => {
    expect(absorbingChain({ states: 1, levels: 1 }).products[1]).toEqual(Float64Array.of(0, 1, 0, 1))
    const half = Float64Array.of(0.5, 0.5)
    expect(() => discreteChain([], half)).toThrow(ConfigError)
    expect(() => discreteChain([uniformTransition(3, 0.1)], half)).toThrow("2 x 2")
    expect(() => discreteChain([Float64Array.of(1, 0, 0.5, 0.4)], half)).toThrow("row 1 of level 1")
  })
})
