import { describe, expect, it } from "vitest"
import { allPairs, allTriangles, pairNumber } from "./all-pairs.ts"

describe("all pairs", () => {
  it.each([2, 3, 5, 9])("of %i nodes are numbered as they come, and every triple of nodes is a triangle once", (nodes) => {
    const pairs = allPairs(nodes)
    expect(pairs).toHaveLength(nodes * (nodes - 1))
    for (let pair = 0; pair < pairs.length / 2; pair++) {
      const [u, v] = [pairs[2 * pair]!, pairs[2 * pair + 1]!]
      expect([pairNumber(nodes, u, v), pairNumber(nodes, v, u)]).toEqual([pair, pair])
    }
    const triples = new Set<string>()
    const sides = allTriangles(nodes)
    for (let t = 0; t < sides.length; t += 3) {
      const ends = new Set([0, 1, 2].flatMap((side) => [pairs[2 * sides[t + side]!]!, pairs[2 * sides[t + side]! + 1]!]))
      expect(ends.size).toBe(3)
      triples.add([...ends].sort((a, b) => a - b).join())
    }
    expect(triples.size).toBe((nodes * (nodes - 1) * (nodes - 2)) / 6)
    expect(sides.length / 3).toBe(triples.size)
  })
})
