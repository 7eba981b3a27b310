import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { erdosRenyiGraph } from "../data/generators/erdos-renyi-graph.ts"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphDescriptors, type GraphDescriptors } from "./graph-descriptors.ts"
import { polygraphDiscrepancy } from "./polygraph-discrepancy.ts"

const set = (name: string, count: number, probability: number): GraphDescriptors[] =>
  Array.from({ length: count }, (_, i) => graphDescriptors(erdosRenyiGraph(16, randomStream(name).fold(i), { probability })))

describe("polygraphDiscrepancy", () => {
  it("is about 0 for sets of one law, about 1 for sets that a statistic tells apart, and between for others", () => {
    const random = randomStream("splits")
    const of = (samples: GraphDescriptors[]) => polygraphDiscrepancy(samples, set("reference", 40, 0.3), { random })!
    const [same, near, far] = [of(set("samples", 40, 0.3)), of(set("near", 40, 0.38)), of(set("far", 40, 0.8))]
    expect(same.value).toBeLessThan(0.2)
    expect(far.value).toBeGreaterThan(0.95)
    expect(near.value).toBeGreaterThan(same.value + 0.1)
    expect(near.value).toBeLessThan(far.value - 0.1)
    expect(far.count).toBe(40)
    expect(Object.values(far.chosen).reduce((sum, times) => sum + times, 0)).toBe(5)
  }, 120_000)

  it("is the same for the same stream, and for sets of other sizes cut to the smaller", () => {
    const [a, b] = [set("a", 20, 0.3), set("b", 12, 0.4)]
    const random = randomStream("splits")
    expect(polygraphDiscrepancy(a, b, { random })).toEqual(polygraphDiscrepancy(a, b, { random }))
    expect(polygraphDiscrepancy(a, b, { random })!.count).toBe(12)
    expect(polygraphDiscrepancy(a, b.slice(0, 7), { random })).toBeUndefined()
    const empty = Array.from({ length: 20 }, () => graphDescriptors(packedGraph(0, [])))
    expect(polygraphDiscrepancy(a, empty, { random })).toBeUndefined()
  })
})
