import { disposeParameters, randomStream, selectBackend, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import { isConnected } from "../graph/packed-graph.ts"
import { isomorphismClasses } from "../metrics/isomorphism.ts"
import { graphModel } from "../model/graph-model.ts"
import { samplePackedGraphs } from "../sampling/sample-graphs.ts"
import { brokenNetworks } from "./broken-networks.ts"
import { exactGraphLaw } from "./exact-law.ts"
import type { InvarianceSubject } from "./network-outputs.ts"
import { sampledLaw } from "./sampled-law.ts"
import { tinyContractionConfig } from "../testing/tiny-contraction-config.ts"

const config: ContractionConfig = { ...tinyContractionConfig, noise: 0, vocabulary: { nodes: [], edges: [] } }
const three: LevelSizes[] = [{ nodes: [1, 2, 3], edges: [0, 1, 2] }]
const four: LevelSizes[] = [
  { nodes: [1, 2, 4], edges: [0, 1, 4] },
  { nodes: [1, 2, 3, 4], edges: [0, 1, 3, 5] },
]
let subject: InvarianceSubject

/** Largest and smallest probability of each isomorphism class, and the probability of the class. */
function byClass({ graphs, probability }: ReturnType<typeof exactGraphLaw>) {
  const found: { least: number; most: number; total: number; graphs: number }[] = []
  for (const [i, c] of isomorphismClasses(graphs).entries()) {
    const own = (found[c] ??= { least: Infinity, most: 0, total: 0, graphs: 0 })
    own.least = Math.min(own.least, probability[i]!)
    own.most = Math.max(own.most, probability[i]!)
    own.total += probability[i]!
    own.graphs++
  }
  return found
}

beforeAll(async () => {
  await selectBackend()
  subject = { config, parameters: freshParameters(config, randomStream(3)) }
})
afterAll(() => {
  disposeParameters(subject.parameters)
  return selectBackend({ prefer: "cpu" })
})

describe("the exact law of a tiny model", () => {
  it.each([
    [3, three, 4],
    [4, four, 11],
  ] as const)("is the same for all namings of a graph, and sums to one (n = %i)", (nodes, sizes, classes) => {
    exactGraphLaw(subject, three) // makes what the operations keep
    const before = tf.memory().numTensors
    const law = exactGraphLaw(subject, sizes)
    expect(tf.memory().numTensors).toBe(before)
    expect(law.graphs).toHaveLength(2 ** ((nodes * (nodes - 1)) / 2))
    expect(law.probability.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    const found = byClass(law)
    expect(found).toHaveLength(classes)
    for (const { least, most } of found) expect(most - least).toBeLessThan(1e-6 * Math.max(most, 1e-3))
    for (const [i, graph] of law.graphs.entries()) expect(law.probability[i]! > 0).toBe(isConnected(graph))
    // No two classes by accident
    expect(new Set(found.map(({ most }) => most.toFixed(6))).size).toBeGreaterThan(2)
  })

  it("is what the process draws", () => {
    for (const sizes of [three, four]) {
      const exact = exactGraphLaw(subject, sizes)
      const drawn = sampledLaw(subject, sizes)
      expect(drawn.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6)
      const classes = isomorphismClasses([...exact.graphs, ...drawn.map(({ graph }) => graph)])
      const difference = new Map<number, number>()
      const add = (c: number, p: number): unknown => difference.set(c, (difference.get(c) ?? 0) + p)
      for (const [i, c] of classes.entries())
        add(c, i < exact.graphs.length ? exact.probability[i]! : -drawn[i - exact.graphs.length]!.probability)
      for (const one of difference.values()) expect(Math.abs(one)).toBeLessThan(1e-6)
    }
  })

  it.each(["index embedding", "index pooling", "sorting"] as const)("differs between namings with %s", (mistake) => {
    const found = byClass(exactGraphLaw({ ...subject, networks: brokenNetworks(config, mistake) }, four))
    expect(Math.max(...found.map(({ least, most }) => (most > 0 ? (most - least) / most : 0)))).toBeGreaterThan(1e-3)
  })

  it("is met by samples, and their nodes are numbered in all ways equally often", async () => {
    const sampling = { patterns: { kind: "random", rounds: 1 } } as const
    const model = graphModel({
      config: { process: "contraction", contraction: config, sizes: four, sampling },
      parameters: freshParameters(config, randomStream(3)),
    })
    const count = 3000
    const sampled = await samplePackedGraphs(model, { count, seed: 5, batch: 2000 })
    model.dispose()
    const exact = exactGraphLaw(subject, four)
    const numbers = new Map(exact.graphs.map(({ edges }, i) => [edges.join(), i]))
    const counts = new Float64Array(exact.graphs.length)
    for (const { graph } of sampled) counts[numbers.get(graph.edges.join())!]!++
    const classes = isomorphismClasses(exact.graphs)
    const members = (c: number): number[] => Array.from(classes.keys()).filter((i) => classes[i] === c)
    let [between, freedom] = [0, -1]
    for (const c of new Set(classes)) {
      const own = members(c)
      const total = own.reduce((sum, i) => sum + counts[i]!, 0)
      const expected = count * own.reduce((sum, i) => sum + exact.probability[i]!, 0)
      if (expected === 0) {
        expect(total).toBe(0)
        continue
      }
      between += (total - expected) ** 2 / expected
      freedom++
      // Within the class
      const within = own.reduce((sum, i) => sum + (counts[i]! - total / own.length) ** 2 / (total / own.length), 0)
      expect(within).toBeLessThan(chiSquareLimit(own.length - 1))
    }
    expect(between).toBeLessThan(chiSquareLimit(freedom))
  })
})

/** The value that a chi-square number exceeds once in 10^4 (Wilson and Hilferty 1931). */
const chiSquareLimit = (freedom: number): number =>
  freedom === 0 ? 1e-9 : freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3
