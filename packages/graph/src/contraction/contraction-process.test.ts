import { refine } from "@scalewise/core"
import { disposeParameters, randomStream, selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { afterAll, describe, expect, it } from "vitest"
import { isConnected, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { treeGraph } from "../data/generators/tree-graph.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import type { CodeDraw, ContractionLaw } from "./contraction-law.ts"
import { freshParameters } from "./contraction-networks.ts"
import { contractionProcess, type ContractionProcessOptions } from "./contraction-process.ts"
import { levelSizes } from "./level-sizes.ts"
import { contractionPyramid } from "./contraction-pyramid.ts"
import type { ContractionSampling } from "./sampling-settings.ts"
import { tinyContractionConfig } from "../testing/tiny-contraction-config.ts"

const config = tinyContractionConfig

const random = randomStream(8)
const wheel = packedGraph(8, [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 1, 7])
const sizesOf = (graphs: readonly PackedGraph[]) =>
  graphs.flatMap((graph, i) => [0, 1, 2].map((j) => levelSizes(contractionPyramid(graph, random.fold(i).fold(j)))))
const trees = [5, 9, 12].map((nodes) => treeGraph(nodes, random.fold("tree").fold(nodes)))

const options = (sampling: ContractionSampling = {}, changes: Partial<ContractionConfig> = {}): ContractionProcessOptions => {
  const own = { ...config, ...changes }
  return { config: own, parameters: freshParameters(own, random.fold("parameters")), sizes: sizesOf([wheel, ...trees]), sampling }
}

/** Graphs of given ids and the network calls of each. */
async function drawn(
  made: ContractionProcessOptions,
  ids: number[],
  nodes?: number,
): Promise<{ graphs: readonly PackedGraph[]; calls: number[] }> {
  const process = contractionProcess(made)
  let found: { graphs: readonly PackedGraph[]; calls: number[] } = { graphs: [], calls: [] }
  for await (const { state } of refine(process, { batch: ids, condition: nodes === undefined ? {} : { nodes }, seed: 4 }))
    if (process.finished!(state)) found = { graphs: process.readout(state), calls: state.graphs().map(({ calls }) => calls) }
  return found
}

afterAll(() => selectBackend({ prefer: "cpu" }))

describe.each(await testBackends())("contractionProcess on %s", (prefer) => {
  it("draws connected graphs of the sizes asked for, with labels, and leaves no tensors", async () => {
    await selectBackend({ prefer })
    const made = options()
    await drawn(made, [0])
    const before = tf.memory().numTensors
    const { graphs } = await drawn(made, [0, 1, 2, 3], 9)
    expect(tf.memory().numTensors).toBe(before)
    for (const graph of graphs) {
      expect([graph.nodes, graph.nodeLabels!.length, graph.edgeLabels!.length]).toEqual([9, 9, graph.edges.length / 2])
      expect(isConnected(graph)).toBe(true)
      expect(Math.max(...graph.nodeLabels!)).toBeLessThan(2)
    }
    disposeParameters(made.parameters)
  })

  it("draws graph i alike in every batch", async () => {
    await selectBackend({ prefer })
    const made = options({ splitRounds: 2, edgeBudget: true, patterns: { kind: "local-maxima", rounds: 6, confidence: { noise: 1 } } })
    const together = await drawn(made, [3, 0, 7, 5])
    for (const [i, id] of [3, 0, 7, 5].entries()) {
      const alone = await drawn(made, [id])
      expect(alone).toEqual({ graphs: [together.graphs[i]], calls: [together.calls[i]] })
    }
    disposeParameters(made.parameters)
  })
})

describe("contractionProcess", () => {
  it("keeps trees trees where every pattern joins one pair, also of sizes never seen", async () => {
    const made = options({}, { singlePairs: true, vocabulary: { nodes: [], edges: [] } })
    for (const nodes of [undefined, 31])
      for (const graph of (await drawn(made, [0, 1, 2], nodes)).graphs) {
        expect(graph.edges.length / 2).toBe(graph.nodes - 1)
        expect(isConnected(graph)).toBe(true)
        if (nodes) expect(graph.nodes).toBe(nodes)
      }
    disposeParameters(made.parameters)
  })

  it("takes as few calls as its orders allow", async () => {
    const few = options({ patterns: { kind: "random", rounds: 1 }, attributes: { kind: "random", rounds: 1 } })
    const many = { ...few, sampling: {} }
    const mean = ({ calls }: { calls: number[] }): number => calls.reduce((a, b) => a + b) / calls.length
    const [quick, slow] = [await drawn(few, [0, 1, 2, 3]), await drawn(many, [0, 1, 2, 3])]
    expect(mean(quick)).toBeLessThan(mean(slow))
    // A split and a pattern round for each level but those without a choice, and one for the attributes
    expect(Math.max(...quick.calls)).toBeLessThanOrEqual(2 * 6 + 1)
    disposeParameters(few.parameters)
  })

  it("gives a law whose probabilities sum to one over all codes of a step", () => {
    const made = options()
    const process = contractionProcess(made)
    let state = process.start(1, { nodes: 8 }, randomStream(1).samples([0]))
    const seen = new Set<string>()
    for (let step = 1; !process.finished!(state); step++) {
      const law = process.predict(state, step, {}) as ContractionLaw
      const [item] = state.graphs()
      const draw = law.sample(randomStream(2).fold(step).samples([0]))
      if (item!.phase === "splits" || (item!.phase === "patterns" && draw[0]!.codes.length <= 2)) {
        seen.add(item!.phase)
        const values = item!.phase === "splits" ? [0, 1] : Array.from({ length: 15 }, (_, c) => c + 1)
        const all = cartesian(draw[0]!.codes.length, values)
        const probabilities = all.map((codes) =>
          Math.exp(law.logProb([{ ...draw[0]!, codes: Uint8Array.from(codes) }] as CodeDraw[]).dataSync()[0]!),
        )
        expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 4)
        const entropy = -probabilities.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0)
        expect(law.entropy().dataSync()[0]).toBeCloseTo(entropy, 3)
        const mode = Math.exp(law.logProb(law.mode()).dataSync()[0]!)
        expect(mode).toBeCloseTo(Math.max(...probabilities), 5)
      }
      state = process.advance(state, step, draw, law)
    }
    expect(seen).toEqual(new Set(["splits", "patterns"]))
    disposeParameters(made.parameters)
  })

  it("is the same law under guidance without a condition, and sharper under temperature", () => {
    const made = options()
    const process = contractionProcess(made)
    const state = process.start(2, { nodes: 12 }, randomStream(1).samples([0, 1]))
    const law = process.predict(state, 1, {}) as ContractionLaw
    const draw = law.sample(randomStream(2).samples([0, 1]))
    const same = law.guidedFrom!(law, 3).logProb(draw).dataSync()
    for (const [b, nats] of law.logProb(draw).dataSync().entries()) expect(same[b]).toBeCloseTo(nats, 5)
    const sharper = law.mapLogits!((logits) => logits.mul(2))
    for (const [b, nats] of sharper.entropy().dataSync().entries()) expect(nats).toBeLessThanOrEqual(law.entropy().dataSync()[b]! + 1e-6)
    disposeParameters(made.parameters)
  })
})

const cartesian = (length: number, values: number[]): number[][] =>
  length === 0 ? [[]] : cartesian(length - 1, values).flatMap((rest) => values.map((value) => [...rest, value]))
