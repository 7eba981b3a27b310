import { ConfigError, randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { graphSize, sizeLaw, sizeLogProb } from "./size-law.ts"

describe("the law of sizes", () => {
  const law = sizeLaw([{ nodes: 5 }, { nodes: 3 }, { nodes: 5 }, { nodes: 5 }])

  it("is that of the training set, and draws from it", () => {
    expect(law).toEqual([
      { nodes: 3, count: 1 },
      { nodes: 5, count: 3 },
    ])
    expect([3, 5, 4].map((nodes) => sizeLogProb(law, nodes))).toEqual([Math.log(0.25), Math.log(0.75), -Infinity])
    const draws = Array.from({ length: 2000 }, (_, i) => graphSize(law, {}, 0, randomStream(i)))
    const share = draws.filter((nodes) => nodes === 5).length / draws.length
    expect(Math.abs(share - 0.75)).toBeLessThan(0.05)
    expect(new Set(draws)).toEqual(new Set([3, 5]))
  })

  it("gives way to what is asked for, and refuses what cannot be", () => {
    expect(graphSize(law, { nodes: 9 }, 0, randomStream(0))).toBe(9)
    expect(graphSize(law, { nodes: [9, 4] }, 1, randomStream(0))).toBe(4)
    expect(() => graphSize(law, { nodes: 1 }, 0, randomStream(0))).toThrow(ConfigError)
    expect(() => graphSize([], {}, 0, randomStream(0))).toThrow("give the number of nodes")
  })
})
