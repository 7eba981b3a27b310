import { disposeParameters, randomStream, selectBackend, tf, type Parameters, type RandomStream } from "@scalewise/nn"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import { contractionPyramid } from "../contraction/contraction-pyramid.ts"
import { connectedBlocks } from "../contraction/louvain-blocks.ts"
import { relabelled } from "../graph/packed-graph.ts"
import { brokenNetworks } from "./broken-networks.ts"
import { carriedMatchings } from "./carried-matchings.ts"
import { isSamePyramid, lossInvariance } from "./loss-invariance.ts"
import { randomConnectedGraph } from "./network-problem.ts"
import { movedRows } from "./renaming.ts"
import { tinyContractionConfig } from "../testing/tiny-contraction-config.ts"

const config: ContractionConfig = { ...tinyContractionConfig, blocks: true, walks: 3, width: 12, depth: 3 }
const random = randomStream(21)
let parameters: Parameters
const graphs = [4, 9, 13, 17].map((nodes) => {
  const graph = randomConnectedGraph(nodes, random.fold(nodes))
  const labels = (count: number, kinds: number): Uint8Array => Uint8Array.from(random.fold(nodes).fold(kinds).integers(count, kinds))
  return { ...graph, nodeLabels: labels(nodes, 2), edgeLabels: labels(graph.edges.length / 2, 3) }
})

beforeAll(async () => {
  await selectBackend()
  parameters = freshParameters(config, random.fold("parameters"))
})
afterAll(() => {
  disposeParameters(parameters)
  return selectBackend({ prefer: "cpu" })
})

describe("the forward process", () => {
  it.each(["uniform", "low-degree", "common-neighbours"] as const)(
    "gives the renamed graph the same codes from the renamed noise (%s)",
    (preference) => {
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), (nodes, seed) => {
          const stream = randomStream(seed)
          const graph = randomConnectedGraph(nodes, stream)
          const order = stream.fold("names").permutation(nodes)
          const blocks = seed % 2 === 0 ? undefined : connectedBlocks(graph, stream.fold("blocks").integers(nodes, 3))
          const pyramid = contractionPyramid(graph, stream, { preference, blocks })
          const again = (own: RandomStream) =>
            contractionPyramid(relabelled(graph, order), own, { preference, blocks: blocks && movedRows(blocks, order) })
          expect(isSamePyramid(pyramid, again(carriedMatchings(order, pyramid, stream)), order)).toBe(true)
        }),
        { numRuns: 40 },
      )
    },
  )

  it("gives other codes from noise that stays with the numbers", () => {
    const graph = randomConnectedGraph(24, random)
    const order = random.permutation(24)
    expect(isSamePyramid(contractionPyramid(graph, random), contractionPyramid(relabelled(graph, order), random), order)).toBe(false)
  })
})

describe("lossInvariance", () => {
  it("finds losses that do not depend on names", () => {
    lossInvariance({ config, parameters }, { graphs, random }) // makes what the operations keep
    const before = tf.memory().numTensors
    const found = lossInvariance({ config, parameters }, { graphs, random })
    expect(tf.memory().numTensors).toBe(before)
    expect(found.differingPyramids).toBe(0)
    expect(found.skeleton).toBeLessThan(1e-4)
    expect(found.attributes).toBeLessThan(1e-4)
  })

  it.each(["index embedding", "index pooling", "sorting"] as const)("finds out %s", (mistake) => {
    const found = lossInvariance({ config, parameters, networks: brokenNetworks(config, mistake) }, { graphs, random })
    expect(found.skeleton).toBeGreaterThan(1e-3)
    expect(found.attributes).toBeGreaterThan(1e-3)
  })
})
