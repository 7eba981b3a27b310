import { disposeParameters, randomStream, selectBackend, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { exactGraphLaw } from "../invariance/exact-law.ts"
import { randomConnectedGraph } from "../invariance/network-problem.ts"
import { isomorphismClasses } from "../metrics/isomorphism.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { freshParameters } from "./contraction-networks.ts"
import { contractionPyramid } from "./contraction-pyramid.ts"
import { levelSizes, type LevelSizes } from "./level-sizes.ts"
import { connectedBlocks } from "./louvain-blocks.ts"
import { graphLikelihoodBound, type GraphLikelihoodOptions } from "./likelihood-bound.ts"

const config: ContractionConfig = {
  preference: "uniform",
  blocks: false,
  singlePairs: false,
  walks: 0,
  edgeCounts: false,
  width: 8,
  depth: 2,
  triangles: 0,
  noise: 0,
  vocabulary: { nodes: [], edges: [] },
}
const random = randomStream(31)

beforeAll(() => selectBackend())
afterAll(() => selectBackend({ prefer: "cpu" }))

const made = (sizes: readonly LevelSizes[], changes: Partial<ContractionConfig> = {}): GraphLikelihoodOptions => {
  const own = { ...config, ...changes }
  return { config: own, parameters: freshParameters(own, random.fold("parameters")), sizes, random, pyramids: 300, batch: 300 }
}

/** log p of a labelled graph by enumeration. */
function exact({ config: own, parameters, sizes }: GraphLikelihoodOptions, graph: PackedGraph): number {
  const { graphs, probability } = exactGraphLaw({ config: own, parameters }, sizes)
  return Math.log(probability[graphs.findIndex(({ edges }) => edges.join() === graph.edges.join())]!)
}

describe("graphLikelihoodBound", () => {
  it("comes to log p(G) where the forward process draws every pyramid", () => {
    const options = made([{ nodes: [1, 2, 4], edges: [0, 1, 6] }])
    const complete = packedGraph(4, [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3])
    const [{ elbo, importanceWeighted, parts, unknownSizes }] = graphLikelihoodBound([complete], options) as [
      ReturnType<typeof graphLikelihoodBound>[0],
    ]
    expect(importanceWeighted).toBeCloseTo(exact(options, complete), 4)
    expect(elbo).toBeLessThanOrEqual(importanceWeighted + 1e-9)
    expect(Object.values(parts).reduce((a, b) => a + b)).toBeCloseTo(elbo, 8)
    expect(Math.abs(parts.sizes) + unknownSizes).toBe(0)
    expect(parts.names).toBeCloseTo(-Math.log(24), 10)
    disposeParameters(options.parameters)
  })

  it("misses what the auxiliary law gives to impossible courses: half of a triangle", () => {
    const options = made([
      { nodes: [1, 2, 3], edges: [0, 1, 3] },
      { nodes: [1, 2, 4], edges: [0, 1, 4] },
    ])
    const triangle = packedGraph(3, [0, 1, 0, 2, 1, 2])
    const [{ importanceWeighted, parts }] = graphLikelihoodBound([triangle], options) as [ReturnType<typeof graphLikelihoodBound>[0]]
    const law = exact({ ...options, sizes: options.sizes.slice(0, 1) }, triangle)
    // One of the two known sizes is the triangle's; a single node cannot choose before the pair
    expect(importanceWeighted).toBeCloseTo(law + Math.log(1 / 2) + Math.log(1 / 2), 1)
    expect(parts.sizes).toBeCloseTo(Math.log(1 / 2), 8)
    disposeParameters(options.parameters)
  })

  it.each(["uniform", "low-degree", "common-neighbours"] as const)("is below log p(G) for every class of graphs (%s)", (preference) => {
    const sizes = [
      { nodes: [1, 2, 4], edges: [0, 1, 4] },
      { nodes: [1, 2, 3, 4], edges: [0, 1, 3, 5] },
    ]
    const options = { ...made(sizes, { preference }), pyramids: 40 }
    const { graphs, probability } = exactGraphLaw(options, sizes)
    const classes = isomorphismClasses(graphs)
    const own = [...graphs.keys()].filter((i) => probability[i]! > 0 && classes.indexOf(classes[i]!) === i)
    const bounds = graphLikelihoodBound(
      own.map((i) => graphs[i]!),
      options,
    )
    expect(bounds).toHaveLength(6)
    for (const [at, i] of own.entries()) {
      const { elbo, importanceWeighted } = bounds[at]!
      expect(elbo).toBeLessThanOrEqual(importanceWeighted + 1e-9)
      // Above by chance only: the mean weight is at most p(G)
      expect(importanceWeighted).toBeLessThan(Math.log(probability[i]!) + 0.15)
      expect(Number.isFinite(elbo)).toBe(true)
    }
    disposeParameters(options.parameters)
  })

  it("takes noise, blocks and attributes, in batches of any size, and says where sizes are unknown", () => {
    const graph = randomConnectedGraph(12, random)
    const labelled = { ...graph, nodeLabels: new Uint8Array(12).fill(1), edgeLabels: new Uint8Array(graph.edges.length / 2) }
    const blocks = connectedBlocks(
      graph,
      Int32Array.from({ length: 12 }, (_, v) => v % 2),
    )
    const changes = { blocks: true, edgeCounts: true, noise: 2, walks: 2, vocabulary: { nodes: ["C", "N"], edges: ["single", "double"] } }
    const options = { ...made([levelSizes(contractionPyramid(graph, random, { blocks }), blocks)], changes), pyramids: 3 }
    graphLikelihoodBound([labelled], options) // makes what the operations keep
    const before = tf.memory().numTensors
    const [one, two] = [2, 7].map((batch) => graphLikelihoodBound([labelled, labelled], { ...options, batch }))
    expect(tf.memory().numTensors).toBe(before)
    for (const [i, { parts, codeBitsPerEdge, elbo, unknownSizes }] of one!.entries()) {
      expect(parts.attributes).toBeLessThan(-1)
      expect(codeBitsPerEdge).toBeGreaterThan(0)
      expect(codeBitsPerEdge).toBeCloseTo(two![i]!.codeBitsPerEdge, 4)
      if (unknownSizes > 0) expect(elbo).toBe(-Infinity)
    }
    disposeParameters(options.parameters)
  })

  it("refuses graphs without edges, parts, and no pyramids", () => {
    const options = made([{ nodes: [1, 2], edges: [0, 1] }])
    expect(() => graphLikelihoodBound([packedGraph(1, [])], options)).toThrow("at least two nodes, got 1")
    expect(() => graphLikelihoodBound([packedGraph(3, [0, 1])], options)).toThrow("connected graph")
    expect(() => graphLikelihoodBound([packedGraph(2, [0, 1])], { ...options, pyramids: 0 })).toThrow("at least one pyramid, got 0")
    disposeParameters(options.parameters)
  })
})
