import { identityQuantiser } from "@scalewise/core"
import { checkBackwardProcess } from "@scalewise/core/testing"
import { disposeParameters, randomStream, selectBackend, tf, type Parameters } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { streamNoise, type CodeNoise } from "../process/code-noise.ts"
import { packedGraph, relabelled, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { isIsomorphic } from "../metrics/isomorphism.ts"
import { graphOfCategories } from "../process/graph-categories.ts"
import type { SiteDraw } from "../process/site-law.ts"
import { allPairs, pairNumber } from "../refiner/all-pairs.ts"
import { permutedNoise } from "../testing/permuted-noise.ts"
import { autoencoder } from "./autoencoder.ts"
import { autoencoderTensors } from "./autoencoder-loss.ts"
import { bandCodes } from "./latent-codes.ts"
import type { LatentConfig } from "./latent-config.ts"
import { freshAutoencoder, latentNetworks } from "./latent-network.ts"
import { latentLikelihood, latentProcess, type LatentGraph, type LatentProcess } from "./latent-process.ts"
import { lowPassLevels, lowPassWeights } from "./low-pass.ts"

const plain: GraphVocabulary = { nodes: [], edges: [] }
const atoms: GraphVocabulary = { nodes: ["C", "N", "O"], edges: ["-", "="] }

const configOf = (vocabulary: GraphVocabulary, changes: Partial<LatentConfig> = {}): LatentConfig => ({
  channels: 4,
  bands: [4, 1, 0],
  codes: 6,
  pairCodes: 3,
  pairChannels: 3,
  walks: 3,
  width: 12,
  depth: 2,
  decoderDepth: 2,
  triangles: 4,
  noise: 2,
  vocabulary,
  shares: {
    nodes: vocabulary.nodes.map(() => 1 / vocabulary.nodes.length),
    pairs: vocabulary.edges.length > 0 ? [0.6, 0.3, 0.1] : [0.6, 0.4],
  },
  ...changes,
})

const made: Parameters[] = []
function parametersOf(config: LatentConfig): Parameters {
  const random = randomStream(3)
  const parameters = { ...freshAutoencoder(config, random), prior: latentNetworks(config).prior.init(random.fold("prior")) }
  made.push(parameters)
  return parameters
}
const sizes = [
  { nodes: 5, count: 2 },
  { nodes: 7, count: 1 },
]
const processOf = (config: LatentConfig): LatentProcess => latentProcess({ config, parameters: parametersOf(config), sizes })

beforeAll(async () => void (await selectBackend()))
afterAll(() => made.forEach(disposeParameters))

/** A path with a branch, an edge apart, and a node without neighbours. */
const sample = packedGraph(8, [0, 1, 1, 2, 2, 3, 1, 4, 0, 2, 5, 6], {
  nodeLabels: [0, 1, 2, 0, 1, 0, 2, 1],
  edgeLabels: [0, 1, 0, 0, 1, 0],
})
const order = Int32Array.of(3, 0, 7, 1, 5, 2, 6, 4)

describe("graph low-pass bands", () => {
  const weights = lowPassWeights(sample)
  const tensors = () => ({
    kept: tf.tensor2d(weights.kept, [8, 1]),
    along: tf.tensor2d(weights.along, [28, 1]),
    ends: tf.tensor1d(Int32Array.from([...evens(allPairs(8)), ...odds(allPairs(8))]), "int32"),
  })
  const evens = (values: Int32Array): Int32Array => values.filter((_, i) => i % 2 === 0)
  const odds = (values: Int32Array): Int32Array => values.filter((_, i) => i % 2 === 1)

  it("are powers of I - L_sym / 2", () => {
    tf.tidy(() => {
      const adjacency = Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => 0))
      for (let e = 0; e < sample.edges.length; e += 2) {
        adjacency[sample.edges[e]!]![sample.edges[e + 1]!] = 1
        adjacency[sample.edges[e + 1]!]![sample.edges[e]!] = 1
      }
      const degree = adjacency.map((row) => row.reduce((sum, one) => sum + one, 0))
      const matrix = adjacency.map((row, u) =>
        row.map((one, v) => {
          const laplacian = (u === v && degree[u]! > 0 ? 1 : 0) - (one > 0 ? 1 / Math.sqrt(degree[u]! * degree[v]!) : 0)
          return (u === v ? 1 : 0) - laplacian / 2
        }),
      )
      let expected = Array.from({ length: 8 }, (_, v) => Math.sin(v) + 0.2)
      const [level] = lowPassLevels(tf.tensor2d(expected, [8, 1]), [3], tensors())
      for (let t = 0; t < 3; t++) expected = matrix.map((row) => row.reduce((sum, entry, v) => sum + entry * expected[v]!, 0))
      for (const [v, value] of level!.dataSync().entries()) expect(value).toBeCloseTo(expected[v]!, 5)
    })
  })

  it("add up to the latent exactly before quantisation", () => {
    tf.tidy(() => {
      const latent = randomStream(1).normal([8, 4])
      const levels = lowPassLevels(latent, [8, 4, 2, 1, 0], tensors())
      const global = latent.mean(0, true)
      const codes = bandCodes(identityQuantiser(4), {}, { global, levels, graphOf: tf.zeros([8], "int32") })
      expect(codes).toHaveLength(6)
      const error = codes.at(-1)!.partial.sub(latent).abs().max().dataSync()[0]!
      expect(error).toBeLessThan(1e-6)
      // Every band matters: without one the sum is another.
      for (const { codes: band } of codes.slice(1)) expect(band.abs().max().dataSync()[0]!).toBeGreaterThan(1e-3)
    })
  })
})

describe.each([
  ["plain", plain, {}],
  ["attributes", atoms, {}],
  ["no pair codes", atoms, { pairCodes: 0, triangles: 0 }],
] as const)("latent model, %s", (_, vocabulary, changes) => {
  const config = configOf(vocabulary, changes)
  const graph: PackedGraph = vocabulary.nodes.length > 0 ? sample : { nodes: sample.nodes, edges: sample.edges }

  it("has maps that commute with renaming: encoder, codes, decoder", () => {
    const parameters = parametersOf(config)
    const model = autoencoder(config)
    const noise = randomStream(4).normalValues([8 * config.noise])
    const moved = new Float32Array(noise.length)
    for (let v = 0; v < 8; v++) moved.set(noise.subarray(v * config.noise, (v + 1) * config.noise), order[v]! * config.noise)
    const pairs = allPairs(8)
    const renamedPairs = Array.from({ length: 28 }, (__, pair) => pairNumber(8, order[pairs[2 * pair]!]!, order[pairs[2 * pair + 1]!]!))
    tf.tidy(() => {
      const [own, other] = [
        { graph, noise },
        { graph: relabelled(graph, order), noise: moved },
      ].map((one) => {
        const { tensors } = autoencoderTensors([one.graph], [one.noise], config)
        const codes = model.code(parameters, tensors)
        return { codes, logits: model.decodePassed(parameters, tensors, codes) }
      }) as [Coded, Coded]
      const same = (a: tf.Tensor, b: tf.Tensor, to: ArrayLike<number>): void => {
        const back = tf.gather(b, tf.tensor1d(Int32Array.from(to), "int32"))
        const error = a.sub(back).abs().max().div(a.abs().max().add(1e-9)).dataSync()[0]!
        expect(error).toBeLessThan(1e-5)
      }
      same(own.codes.latent, other.codes.latent, order)
      for (const [k, { tokens }] of own.codes.bands.entries())
        same(tokens.toFloat(), other.codes.bands[k]!.tokens.toFloat(), k === 0 ? [0] : order)
      if (own.codes.pairs) same(own.codes.pairs.tokens.toFloat(), other.codes.pairs!.tokens.toFloat(), renamedPairs)
      same(own.logits.pairs!, other.logits.pairs!, renamedPairs)
      if (own.logits.nodes) same(own.logits.nodes, other.logits.nodes!, order)
    })
  })

  it("draws exactly the permuted graph from permuted noise", () => {
    const process = processOf(config)
    for (const seed of [0, 1, 2]) {
      const nodes = 5 + 2 * seed
      const noise = (step: number) => streamNoise(randomStream(seed).fold(step))
      const renaming = randomStream(seed).fold("order").permutation(nodes)
      const own = walked(process, nodes, noise)
      expect(walked(process, nodes, (step) => permutedNoise(noise(step), nodes, renaming))).toEqual(relabelled(own, renaming))
    }
  })

  it("keeps the promises of backward processes", async () => {
    await checkBackwardProcess(processOf(config), { condition: () => ({}) })
  })

  it("gives codes a likelihood that does not depend on names", () => {
    const own = { ...config, noise: 0 }
    const options = { config: own, parameters: parametersOf(own), sizes: [{ nodes: 8, count: 1 }] }
    const { nats, size, perScale } = latentLikelihood(options, [graph, relabelled(graph, order)])
    expect(Math.abs(nats[0]! - nats[1]!)).toBeLessThan(1e-4 * Math.abs(nats[0]!))
    expect(perScale).toHaveLength(config.bands.length + (config.pairCodes > 0 ? 2 : 1))
    expect(perScale.reduce((sum, scale) => sum + scale[0]!, size[0]!)).toBeCloseTo(nats[0]!, 3)
    expect(nats[0]!).toBeLessThan(0)
  })
})

type Coded = { codes: ReturnType<ReturnType<typeof autoencoder>["code"]>; logits: { nodes?: tf.Tensor; pairs?: tf.Tensor } }

function walked(process: LatentProcess, nodes: number, noiseAt: (step: number) => CodeNoise): PackedGraph {
  let state = { graphs: (): readonly LatentGraph[] => [process.seed(nodes)] }
  for (let step = 1; step <= process.steps; step++) {
    let items: readonly LatentGraph[] = []
    tf.tidy(() => {
      const draws = process.predict(state, step, {}).decide(() => noiseAt(step))
      items = process.advance(state, step, draws).graphs()
    })
    state = { graphs: () => items }
  }
  return process.readout(state)[0]!
}

describe("the law of a tiny model, all codes enumerated", () => {
  it("sums to one and is the same for isomorphic graphs", () => {
    const config = configOf(plain, { bands: [0], codes: 3, pairCodes: 2 })
    const process = processOf(config)
    const none = new Uint16Array()
    const all = (states: number, sites: number): Uint16Array[] =>
      Array.from({ length: states ** sites }, (_, way) =>
        Uint16Array.from({ length: sites }, (__, site) => Math.floor(way / states ** site) % states),
      )
    let items: { item: LatentGraph; p: number }[] = [{ item: process.seed(3), p: 1 }]
    for (const [k, part] of (["globals", "nodes", "pairs"] as const).entries()) {
      const ways = part === "globals" ? all(3, 1) : part === "nodes" ? all(3, 3) : all(2, 3)
      const next: typeof items = []
      tf.tidy(() => {
        const state = { graphs: () => items.map(({ item }) => item) }
        const law = process.predict(state, k + 1, {})
        for (const tokens of ways) {
          const draws = items.map((): SiteDraw => ({ globals: none, nodes: none, pairs: none, noise: new Float32Array(), [part]: tokens }))
          const logProbs = law.logProb(draws).dataSync()
          for (const [i, item] of process
            .advance(state, k + 1, draws)
            .graphs()
            .entries())
            next.push({ item, p: items[i]!.p * Math.exp(logProbs[i]!) })
        }
      })
      items = next
    }
    expect(items).toHaveLength(3 * 27 * 8)
    const law = new Float64Array(8)
    for (const { item, p } of items) {
      let code = 0
      for (let e = 0; e < item.graph.edges.length; e += 2) code += 1 << pairNumber(3, item.graph.edges[e]!, item.graph.edges[e + 1]!)
      law[code]! += p
    }
    expect(law.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    const graphs = Array.from({ length: 8 }, (_, code) =>
      graphOfCategories({ nodes: 3, nodeKinds: new Uint8Array(3), pairKinds: Uint8Array.of(code & 1, (code >> 1) & 1, code >> 2) }, plain),
    )
    for (let a = 0; a < 8; a++) for (let b = 0; b < a; b++) if (isIsomorphic(graphs[a]!, graphs[b]!)) expect(law[a]).toBeCloseTo(law[b]!, 6)
    expect(law.filter((p) => p > 1e-3).length).toBeGreaterThan(1)
  })
})
