import { disposeParameters, randomStream, selectBackend, tf, type Parameters } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import { brokenNetworks } from "./broken-networks.ts"
import { mapEquivariance, paddingInvariance } from "./map-invariance.ts"

const plain: ContractionConfig = {
  preference: "low-degree",
  blocks: false,
  singlePairs: false,
  walks: 0,
  edgeCounts: false,
  width: 16,
  depth: 3,
  triangles: 0,
  noise: 4,
  vocabulary: { nodes: [], edges: [] },
}
const full: ContractionConfig = {
  ...plain,
  blocks: true,
  walks: 4,
  edgeCounts: true,
  triangles: 8,
  vocabulary: { nodes: ["C", "N", "O"], edges: ["single", "double"] },
}
const random = randomStream(6)
const models = (
  [
    ["plain", plain],
    ["full", full],
    ["single pairs", { ...plain, singlePairs: true, noise: 0 }],
  ] as const
).map(([name, config]) => ({ name, config }))

afterAll(() => selectBackend({ prefer: "cpu" }))

describe.each(await testBackends())("the maps on %s", (prefer) => {
  beforeAll(() => selectBackend({ prefer }))

  it.each(models)("commute with renaming, and padding changes nothing: $name", ({ config }) => {
    const parameters = freshParameters(config, random.fold("parameters"))
    mapEquivariance({ config, parameters }, { random, trials: 2, nodes: 3 }) // makes what the operations keep
    const before = tf.memory().numTensors
    // The portable backends are slow; what they compute differently shows in a few small graphs
    const [small, smaller] =
      prefer === "native"
        ? [{}, { trials: 6, nodes: 12 }]
        : [
            { trials: 6, nodes: 5 },
            { trials: 2, nodes: 4 },
          ]
    const deviations = mapEquivariance({ config, parameters }, { random, ...small })
    expect(Object.keys(deviations)).toHaveLength(config.vocabulary.nodes.length > 0 ? 3 : 2)
    for (const deviation of Object.values(deviations)) expect(deviation).toBeLessThan(1e-5)
    // Exactly nothing where sums never change their order
    for (const deviation of Object.values(paddingInvariance({ config, parameters }, { random, ...smaller })))
      expect(deviation).toBeLessThanOrEqual(prefer === "cpu" ? 0 : 1e-6)
    expect(tf.memory().numTensors).toBe(before)
    disposeParameters(parameters)
  })
})

describe("negative controls", () => {
  let parameters: Parameters
  beforeAll(async () => {
    await selectBackend()
    parameters = freshParameters(full, random.fold("parameters"))
  })
  afterAll(() => disposeParameters(parameters))

  it.each(["index embedding", "index pooling", "sorting"] as const)("%s is found out by renaming", (mistake) => {
    const subject = { config: full, parameters, networks: brokenNetworks(full, mistake) }
    for (const deviation of Object.values(mapEquivariance(subject, { random, trials: 8 }))) expect(deviation).toBeGreaterThan(1e-3)
  })

  it("batch norm over padding is found out by padding", () => {
    const subject = { config: full, parameters, networks: brokenNetworks(full, "batch norm") }
    for (const deviation of Object.values(paddingInvariance(subject, { random, trials: 4 }))) expect(deviation).toBeGreaterThan(1e-3)
  })
})
