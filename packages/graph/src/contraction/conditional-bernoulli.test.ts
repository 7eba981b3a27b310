import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import {
  centring,
  conditionalBernoulliEntropy,
  conditionalBernoulliLogProb,
  drawConditionalBernoulli,
  mostLikely,
} from "./conditional-bernoulli.ts"

const law = { logOdds: [0.3, -1.2, 2, 0.1, -0.4], count: 2 }
const sets = Array.from({ length: 32 }, (_, bits) => [0, 1, 2, 3, 4].map((i) => (bits >> i) & 1)).filter(
  (set) => set.reduce((a, b) => a + b) === 2,
)

describe("the conditional Bernoulli law", () => {
  it("sums to one over the sets of its size, in proportion to their odds", () => {
    const probabilities = sets.map((set) => Math.exp(conditionalBernoulliLogProb(law, set)))
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
    const odds = (set: number[]): number => set.reduce((product, there, i) => (there ? product * Math.exp(law.logOdds[i]!) : product), 1)
    expect(probabilities[0]! / probabilities[4]!).toBeCloseTo(odds(sets[0]!) / odds(sets[4]!), 10)
    expect(conditionalBernoulliLogProb(law, [1, 1, 1, 0, 0])).toBe(-Infinity)
    expect(conditionalBernoulliEntropy(law)).toBeCloseTo(-probabilities.reduce((sum, p) => sum + p * Math.log(p), 0), 10)
  })

  it("is what is drawn", () => {
    const random = randomStream(3)
    const draws = 4000
    const counts = new Map<string, number>()
    for (let draw = 0; draw < draws; draw++) {
      const own = random.fold(draw).uniformValues([5 * 40])
      const set = drawConditionalBernoulli(law, (item, attempt) => own[5 * attempt + item] ?? 0.5)
      counts.set(set.join(), (counts.get(set.join()) ?? 0) + 1)
    }
    for (const set of sets) {
      const p = Math.exp(conditionalBernoulliLogProb(law, set))
      expect(Math.abs((counts.get(set.join()) ?? 0) / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws))
    }
  })

  it("commutes with permutations of items and their randomness", () => {
    const random = randomStream(5)
    for (let trial = 0; trial < 50; trial++) {
      const noise = random.fold(trial)
      const [order, own] = [noise.permutation(5), noise.fold("own").uniformValues([5 * 60])]
      const drawn = drawConditionalBernoulli(law, (item, attempt) => own[5 * attempt + item] ?? 0.5)
      const moved = drawConditionalBernoulli(
        { ...law, logOdds: Array.from(order, (item) => law.logOdds[item]!) },
        (item, attempt) => own[5 * attempt + order[item]!] ?? 0.5,
      )
      expect([...moved]).toEqual(Array.from(order, (item) => drawn[item]!))
    }
  })

  it("knows the sure cases", () => {
    expect([...drawConditionalBernoulli({ logOdds: [1, 2], count: 2 }, () => 0.99)]).toEqual([1, 1])
    expect([...drawConditionalBernoulli({ logOdds: [1, 2], count: 0 }, () => 0)]).toEqual([0, 0])
    expect([...mostLikely([1, 3, 2], 2)]).toEqual([0, 1, 1])
    expect(centring({ logOdds: [0, 0, 0, 0], count: 1 })).toBeCloseTo(Math.log(1 / 3), 6)
    expect(conditionalBernoulliLogProb({ logOdds: [1, 2], count: 2 }, [1, 1])).toBe(0)
  })
})
