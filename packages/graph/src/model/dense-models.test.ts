import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { countParameters, flattenParameters, randomStream, selectBackend } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { treeGraph } from "../data/generators/tree-graph.ts"
import { packedGraph } from "../graph/packed-graph.ts"
import { samplePackedGraphs } from "../sampling/sample-graphs.ts"
import { countTrainingParameters } from "./count-training-parameters.ts"
import { loadGraphModel, saveGraphModel, type GraphModel } from "./graph-model.ts"
import { graphPresets } from "./presets.ts"
import { trainGraphModel, type GraphTrainingConfig, type TrainedGraphModel } from "./train-graph-model.ts"

let folder = ""
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "dense-models-"))
})
afterAll(() => rm(folder, { recursive: true }))

const vocabulary = { nodes: ["a", "b"], edges: ["x", "y", "z"] }
const graphs = [4, 5, 6, 7].map((nodes) => {
  const { edges } = treeGraph(nodes, randomStream(nodes))
  return packedGraph(nodes, edges, {
    nodeLabels: Array.from({ length: nodes }, (_, v) => v % 2),
    edgeLabels: Array.from({ length: edges.length / 2 }, (_, e) => e % 3),
  })
})
const short = { steps: 4, batch: 2, warmup: 1 }
const small = { width: 8, depth: 1, triangles: 2 }
const [masked, latent] = [graphPresets["community-masked"], graphPresets["qm9-latent"]]
const { plain, quantised, prior } = latent.latentTraining
const configs: Record<string, GraphTrainingConfig> = {
  masked: {
    ...masked,
    masked: { ...masked.masked, ...small },
    maskedTraining: { ...masked.maskedTraining, ...short },
    sampling: { steps: 3 },
  },
  latent: {
    ...latent,
    latent: { ...latent.latent, ...small, bands: [1, 0], codes: 4, decoderDepth: 1 },
    latentTraining: {
      ...latent.latentTraining,
      plain: { ...plain, ...short },
      quantised: { ...quantised, ...short },
      prior: { ...prior, ...short },
      reviveEvery: 2,
      startGraphs: 4,
    },
  },
}

async function finished(config: GraphTrainingConfig, own?: string, stopAfter?: number): Promise<TrainedGraphModel> {
  const stop = new AbortController()
  const events = trainGraphModel({
    config,
    vocabulary,
    graphs,
    folder: own,
    mode: "eager",
    signal: stop.signal,
    clock: () => performance.now(),
  })
  let seen = 0
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (next.value.event.type === "step" && ++seen === stopAfter) stop.abort(new Error("stopped"))
  }
}
const valuesOf = ({ parameters }: GraphModel): Record<string, number[]> =>
  Object.fromEntries(Object.entries(flattenParameters(parameters)).map(([name, tensor]) => [name, [...tensor.dataSync()]]))

describe.each(Object.entries(configs))("a %s model", (name, config) => {
  it("goes on bit for bit where it was interrupted, comes back from its files, and draws", { timeout: 300_000 }, async () => {
    const whole = await finished(config)
    const expected = valuesOf(whole.model)
    expect(countTrainingParameters(config, vocabulary)).toBe(countParameters(whole.model.parameters))
    // Reports come at the end of a stage: of the latent model's three the second is cut off.
    const own = path.join(folder, name)
    await expect(finished(config, own, name === "latent" ? 2 : 1)).rejects.toThrow("stopped")
    const resumed = await finished(config, own)
    expect(valuesOf(resumed.model)).toEqual(expected)
    resumed.model.dispose()

    await saveGraphModel(path.join(folder, `${name}-model`), whole.model)
    const loaded = await loadGraphModel(path.join(folder, `${name}-model`))
    expect(loaded.config).toEqual(whole.model.config)
    expect(valuesOf(loaded)).toEqual(expected)
    const [own5, again] = [
      await samplePackedGraphs(loaded, { count: 5, seed: 2 }),
      await samplePackedGraphs(loaded, { count: 5, seed: 2, batch: 2 }),
    ]
    expect(own5).toEqual(again)
    for (const { graph, calls } of own5) {
      expect(graphs.map(({ nodes }) => nodes)).toContain(graph.nodes)
      expect(graph.nodeLabels?.every((label) => label < 2)).toBe(true)
      expect(calls).toBe(name === "masked" ? 3 : 5) // a global token, two bands, pairs, and the decoder
    }
    const nine = await samplePackedGraphs(loaded, { count: 1, nodes: 9, sampling: { temperature: 0.5 } })
    expect(nine[0]!.graph.nodes).toBe(9)
    if (name === "latent") {
      expect(loaded.metadata["reconstruction"] ?? whole.model.metadata["reconstruction"]).toMatchObject({ perplexity: expect.any(Array) })
      const [filmed] = await samplePackedGraphs(loaded, { count: 1, sampling: { previews: true } })
      expect([filmed!.film.length, filmed!.calls]).toEqual([3, 8])
    }
    loaded.dispose()
    whole.model.dispose()
  })
})
