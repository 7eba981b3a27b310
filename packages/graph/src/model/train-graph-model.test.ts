import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { flattenParameters, randomStream, selectBackend } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { treeGraph } from "../data/generators/tree-graph.ts"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { loadGraphModel, saveGraphModel, type GraphModel } from "./graph-model.ts"
import { graphPresets } from "./presets.ts"
import { trainGraphModel, type TrainedGraphModel, type TrainGraphModelOptions } from "./train-graph-model.ts"

let folder = ""
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "graph-model-"))
})
afterAll(() => rm(folder, { recursive: true }))

const labelled = (graph: PackedGraph): PackedGraph =>
  packedGraph(graph.nodes, graph.edges, {
    nodeLabels: Array.from({ length: graph.nodes }, (_, v) => v % 2),
    edgeLabels: Array.from({ length: graph.edges.length / 2 }, (_, e) => e % 3),
  })
const graphs = [6, 7, 8, 9, 10, 11].map((nodes) => labelled(treeGraph(nodes, randomStream(nodes))))
const vocabulary = { nodes: ["a", "b"], edges: ["x", "y", "z"] }
const short = { ...graphPresets.tree.skeletonTraining, steps: 6, batch: 3, warmup: 2 }
const config = {
  ...graphPresets.tree,
  contraction: { ...graphPresets.tree.contraction, width: 8, depth: 1 },
  skeletonTraining: short,
  attributeTraining: short,
  pyramids: 2,
}

async function finished(options: Partial<TrainGraphModelOptions>, each?: (steps: number) => void): Promise<TrainedGraphModel> {
  const events = trainGraphModel({ config, vocabulary, graphs, mode: "eager", clock: () => performance.now(), ...options })
  let seen = 0
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (next.value.event.type === "step") each?.(++seen)
  }
}

const valuesOf = ({ parameters }: GraphModel): Record<string, number[]> =>
  Object.fromEntries(Object.entries(flattenParameters(parameters)).map(([name, tensor]) => [name, [...tensor.dataSync()]]))

describe("trainGraphModel", () => {
  it("goes on bit for bit where it was interrupted, in either stage, and comes back from its files", async () => {
    const whole = await finished({})
    const expected = valuesOf(whole.model)
    expect(Object.keys(expected).some((name) => name.startsWith("attributes."))).toBe(true)
    for (const after of [1, 4]) {
      const stop = new AbortController()
      const own = path.join(folder, `stopped-${after}`)
      const stopped = finished({ folder: own, signal: stop.signal }, (steps) => steps === after && stop.abort(new Error("stopped")))
      await expect(stopped).rejects.toThrow("stopped")
      const resumed = await finished({ folder: own })
      expect(valuesOf(resumed.model)).toEqual(expected)
      resumed.model.dispose()
    }
    await saveGraphModel(path.join(folder, "model"), whole.model)
    const loaded = await loadGraphModel(path.join(folder, "model"))
    expect(valuesOf(loaded)).toEqual(expected)
    expect(loaded.config).toEqual(whole.model.config)
    loaded.dispose()
    whole.model.dispose()
  })

  it("refuses graphs that it cannot learn from", async () => {
    await expect(finished({ graphs: [packedGraph(1, [])] })).rejects.toThrow("at least two nodes")
    await expect(finished({ graphs: [packedGraph(4, [0, 1, 2, 3])] })).rejects.toThrow("expected a connected graph")
  })
})
