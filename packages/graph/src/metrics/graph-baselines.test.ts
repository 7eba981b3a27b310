import { randomStream } from "@scalewise/nn"
import { expect, it } from "vitest"
import { blockGraph } from "../data/generators/block-graph.ts"
import { edgeCount } from "../graph/packed-graph.ts"
import { blockResample, matchedErdosRenyi } from "./graph-baselines.ts"
import { sbmValidity } from "./sbm-validity.ts"

const train = Array.from({ length: 4 }, (_, i) => blockGraph(undefined, randomStream("baselines").fold(i)))
const meanDensity = (graphs: typeof train): number =>
  graphs.reduce((sum, graph) => sum + edgeCount(graph) / ((graph.nodes * (graph.nodes - 1)) / 2), 0) / graphs.length

it("both keep sizes and densities of training graphs and are seeded; blocks survive in one alone", () => {
  for (const baseline of [matchedErdosRenyi, blockResample]) {
    const drawn = baseline(train, 6, randomStream(1))
    expect(drawn).toEqual(baseline(train, 6, randomStream(1)))
    expect(drawn).not.toEqual(baseline(train, 6, randomStream(2)))
    for (const { nodes } of drawn) expect(train.map((graph) => graph.nodes)).toContain(nodes)
    const parents = drawn.map(({ nodes }) => train.find((graph) => graph.nodes === nodes)!)
    expect(Math.abs(meanDensity(drawn) / meanDensity(parents) - 1)).toBeLessThan(0.15)
    const valid = drawn.filter((graph) => sbmValidity(graph).sizes.length > 1).length
    expect(valid).toBe(baseline === blockResample ? 6 : 0)
  }
})
