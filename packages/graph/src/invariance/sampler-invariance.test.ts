import { disposeParameters, randomStream, selectBackend, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import { contractionPyramid } from "../contraction/contraction-pyramid.ts"
import { levelSizes } from "../contraction/level-sizes.ts"
import { connectedBlocks } from "../contraction/louvain-blocks.ts"
import type { ContractionSampling } from "../contraction/sampling-settings.ts"
import { brokenNetworks } from "./broken-networks.ts"
import { randomConnectedGraph } from "./network-problem.ts"
import { samplerInvariance } from "./sampler-invariance.ts"
import { tinyContractionConfig } from "../testing/tiny-contraction-config.ts"

const config: ContractionConfig = { ...tinyContractionConfig, depth: 1 }
const random = randomStream(12)
const graphs = [8, 9, 10].map((nodes) => randomConnectedGraph(nodes, random.fold(nodes)))
const sizes = graphs.map((graph, i) => levelSizes(contractionPyramid(graph, random.fold(i))))
const inBlocks = graphs.map((graph, i) => {
  const own = connectedBlocks(
    graph,
    Int32Array.from({ length: graph.nodes }, (_, v) => v % 3),
  )
  return levelSizes(contractionPyramid(graph, random.fold(i), { blocks: own }), own)
})

beforeAll(() => selectBackend())
afterAll(() => selectBackend({ prefer: "cpu" }))

const cases: readonly { name: string; changes?: Partial<ContractionConfig>; sampling?: ContractionSampling }[] = [
  { name: "as it is" },
  { name: "one round of everything", sampling: { patterns: { kind: "random", rounds: 1 }, attributes: { kind: "random", rounds: 1 } } },
  {
    name: "rounds of splits, confident patterns, an edge budget",
    changes: { vocabulary: { nodes: [], edges: [] } },
    sampling: {
      splitRounds: 3,
      patternTemperature: 0.7,
      edgeBudget: true,
      patterns: { kind: "local-maxima", rounds: 5, confidence: { noise: 1 } },
    },
  },
  { name: "random rounds without noise", changes: { noise: 0 }, sampling: { patterns: { kind: "random", rounds: 3 } } },
  {
    name: "repairs of what is not planar",
    changes: { noise: 1, vocabulary: { nodes: [], edges: [] } },
    sampling: { planarRepairs: 2, patterns: { kind: "random", rounds: 1 } },
  },
  { name: "block quotas", changes: { blocks: true, vocabulary: { nodes: [], edges: [] } }, sampling: { blockQuota: true } },
]

describe("samplerInvariance", () => {
  it.each(cases)("draws the renamed graph exactly from the renamed noise: $name", ({ changes, sampling }) => {
    const own = { ...config, ...changes }
    const parameters = freshParameters(own, random.fold("parameters"))
    const options = { random, sizes: own.blocks ? inBlocks : sizes, ...(sampling && { sampling }) }
    const found = samplerInvariance({ config: own, parameters }, { ...options, graphs: 2 })
    expect(found).toMatchObject({ graphs: 2, differing: 0, ties: 0 })
    expect(found.steps).toBeGreaterThan(8)
    expect(found.logits).toBeLessThan(1e-5)
    expect(found.likelihood).toBeLessThan(1e-4)
    disposeParameters(parameters)
  })

  it("leaves no tensors", () => {
    const parameters = freshParameters(config, random.fold("parameters"))
    const counts = [0, 1].map(() => {
      samplerInvariance({ config, parameters }, { random, sizes, graphs: 1 })
      return tf.memory().numTensors
    })
    expect(counts[1]).toBe(counts[0])
    disposeParameters(parameters)
  })

  it.each(["index embedding", "index pooling", "sorting"] as const)("finds out %s", (mistake) => {
    const parameters = freshParameters(config, random.fold("parameters"))
    const found = samplerInvariance({ config, parameters, networks: brokenNetworks(config, mistake) }, { random, sizes, graphs: 2 })
    expect(found.differing).toBeGreaterThan(0)
    expect(found.logits).toBeGreaterThan(1e-3)
    disposeParameters(parameters)
  })
})
