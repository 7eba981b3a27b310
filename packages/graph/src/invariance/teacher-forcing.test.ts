import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { disposeParameters, randomStream, tf, selectBackend } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { CodeDraw } from "../contraction/contraction-law.ts"
import { contractionNetworks, freshParameters } from "../contraction/contraction-networks.ts"
import { contractionProcess } from "../contraction/contraction-process.ts"
import { contractionPyramid, expanded } from "../contraction/contraction-pyramid.ts"
import { hiddenSites, seedGraph, type GraphInProgress } from "../contraction/graph-in-progress.ts"
import { levelSizes } from "../contraction/level-sizes.ts"
import { connectedBlocks } from "../contraction/louvain-blocks.ts"
import { skeletonExample } from "../contraction/skeleton-example.ts"
import { readGraphs } from "../data/read-graphs.ts"
import { isConnected, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { pairBatch, type PairTensors } from "../refiner/pair-batch.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { randomConnectedGraph } from "./network-problem.ts"

const shared = sharedFolder()
const folder = shared && path.join(shared, "data", "graph")
const files = folder && existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".jsonl.gz")) : []

describe.skipIf(!folder)("pyramids of every connected graph of the files", () => {
  it.each(files)("%s: decode(encode(G)) = G", async (file) => {
    const { graphs } = await readGraphs(path.join(folder!, file))
    const random = randomStream(7)
    let checked = 0
    for (const [i, graph] of graphs.entries()) {
      if (!isConnected(graph)) continue
      const { levels, order } = contractionPyramid(graph, random.fold(i))
      let found: PackedGraph = { nodes: 1, edges: new Int32Array() }
      for (const { splits, patterns } of levels) found = expanded({ graph: found, splits, patterns })
      const decoded = relabelled(found, order)
      expect(Buffer.compare(Buffer.from(decoded.edges.buffer), Buffer.from(graph.edges.buffer)), `${file}, graph ${i}`).toBe(0)
      checked++
    }
    expect(checked).toBeGreaterThan(30)
  })
})

const config: ContractionConfig = {
  preference: "low-degree",
  blocks: true,
  singlePairs: false,
  walks: 2,
  edgeCounts: true,
  width: 4,
  depth: 1,
  triangles: 2,
  noise: 2,
  vocabulary: { nodes: [], edges: [] },
}

describe("teacher forcing", () => {
  it("shows the networks what the sampler shows them when it draws the same codes", async () => {
    await selectBackend({ prefer: "cpu" })
    const random = randomStream(17)
    const seen: { network: "split" | "pattern"; input: Record<string, Float32Array | Int32Array> }[] = []
    const networks = contractionNetworks(config)
    const record = (network: "split" | "pattern", tensors: PairTensors): void => {
      const names = ["nodes", "pairs", "globals", "graphOf", "weight", "ends", "triangles"] as const
      seen.push({ network, input: Object.fromEntries(names.map((name) => [name, tensors[name].dataSync() as Float32Array])) })
    }
    const parameters = freshParameters(config, random)
    let compared = 0
    for (let g = 0; g < 12; g++) {
      const own = random.fold(g)
      const graph = randomConnectedGraph(6 + g, own)
      const blocks = connectedBlocks(
        graph,
        Int32Array.from({ length: graph.nodes }, (_, v) => v % 3),
      )
      const pyramid = contractionPyramid(graph, own, { blocks })
      const sizes = levelSizes(pyramid, blocks)
      const process = contractionProcess({
        config,
        parameters,
        sizes: [sizes],
        sampling: { splitRounds: 2, patterns: { kind: "random", rounds: 2 } },
        networks: {
          ...networks,
          split: { ...networks.split, apply: (p, tensors) => (record("split", tensors), networks.split.apply(p, tensors)) },
          pattern: { ...networks.pattern, apply: (p, tensors) => (record("pattern", tensors), networks.pattern.apply(p, tensors)) },
        },
      })
      let item: GraphInProgress = seedGraph(sizes, config)
      for (let step = 1; item.phase !== "finished"; step++) {
        // A training example of the level: what it hides, the sampler's first round does not show
        const level = pyramid.levels[item.level]!
        const example = skeletonExample(pyramid, item.level, config, { nothing: 0 }, own.fold(step))
        const isSplits = item.phase === "splits"
        const noise = own.fold(step).fold(isSplits ? "split noise" : "pattern noise")
        const nodes = isSplits ? item.graph.nodes : item.children!.nodes
        const draw = (coin: Float32Array): readonly [CodeDraw] => [
          {
            codes: isSplits ? level.splits : Uint8Array.from(hiddenSites(item), (e) => level.patterns[e]!),
            nodeLabels: item.nodeLabels,
            edgeLabels: item.edgeLabels,
            coin,
            priority: new Float64Array(coin.length),
            noise: noise.normalValues([nodes * config.noise]),
          },
        ]
        const sites = isSplits ? undefined : hiddenSites(item)
        const isHidden = (i: number): boolean => (isSplits ? example.splitHidden[i] === 1 : example.sites.includes(sites![i]!))
        const coins = Float32Array.from({ length: sites?.length ?? item.graph.nodes }, (_, i) => (isHidden(i) ? 0.9 : 0.1))
        if (coins.includes(Math.fround(0.9))) {
          const half = process.advance({ graphs: () => [item] }, step, draw(coins))
          tf.tidy(() => void process.predict(half, step, {}))
          const { network, input } = seen.at(-1)!
          const expected = example[network]
          expect(network).toBe(isSplits ? "split" : "pattern")
          expect(input).toEqual(inputOf(expected))
          compared++
          item = half.graphs()[0]!
        }
        const rest = new Float32Array(hiddenCount(item))
        item = process
          .advance({ graphs: () => [item] }, step, [
            {
              ...draw(rest)[0],
              codes: item.phase === "splits" ? level.splits : Uint8Array.from(hiddenSites(item), (e) => level.patterns[e]!),
            },
          ])
          .graphs()[0]!
      }
      expect(item.graph.edges).toEqual(pyramid.graph.edges)
      expect(relabelled(item.graph, pyramid.order)).toEqual(graph)
    }
    expect(compared).toBeGreaterThan(30)
    expect(new Set(seen.map(({ network }) => network))).toEqual(new Set(["split", "pattern"]))
    disposeParameters(parameters)
  })
})

const hiddenCount = (item: GraphInProgress): number => (item.phase === "splits" ? item.graph.nodes : hiddenSites(item).length)

/** What a network reads of one graph. */
const inputOf = (graph: PairGraph) =>
  Object.fromEntries(Object.entries(pairBatch([graph]).arrays).map(([name, { values }]) => [name, values]))
