import { tf } from "@scalewise/nn"
import type { CodeDraw, ContractionLaw } from "../contraction/contraction-law.ts"
import { contractionProcess, type ContractionState } from "../contraction/contraction-process.ts"
import { hiddenSites, seedGraph, type GraphInProgress } from "../contraction/graph-in-progress.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"
import type { InvarianceSubject } from "./network-outputs.ts"

/**
 * Everything that the sampler of a tiny model can draw in one reveal round, each with its exact probability: the process itself is walked
 * through all codes of every step. Graphs come as it numbers them, the same one many times.
 */
export function sampledLaw(
  { config, parameters, networks }: InvarianceSubject,
  sizes: readonly LevelSizes[],
): { readonly graph: PackedGraph; readonly probability: number }[] {
  const sampling = { splitRounds: 1, patterns: { kind: "random", rounds: 1 } } as const
  const process = contractionProcess({ config, parameters, sizes, sampling, ...(networks && { networks }) })
  const found: { graph: PackedGraph; probability: number }[] = []
  const walk = (item: GraphInProgress, probability: number): void => {
    if (item.phase === "finished") {
      found.push({ graph: item.graph, probability })
      return
    }
    const state: ContractionState = { graphs: () => [item] }
    const draws = allCodes(item).map((codes): CodeDraw => ({
      codes,
      nodeLabels: item.nodeLabels,
      edgeLabels: item.edgeLabels,
      priority: new Float64Array(codes.length),
      coin: new Float32Array(codes.length),
      noise: new Float32Array(),
    }))
    const logProbs = tf.tidy(() => {
      const law = process.predict(state, 0, {}) as ContractionLaw
      return draws.map((draw) => law.logProb([draw]).dataSync()[0]!)
    })
    for (const [i, draw] of draws.entries())
      if (logProbs[i]! > -1e6) walk(process.advance(state, 0, [draw]).graphs()[0]!, probability * Math.exp(logProbs[i]!))
  }
  for (const own of sizes) walk(seedGraph(own, config), 1 / sizes.length)
  return found
}

/** All values of the codes that a step draws. */
function allCodes(item: GraphInProgress): Uint8Array[] {
  const [count, values] =
    item.phase === "splits" ? [item.graph.nodes, [0, 1]] : [hiddenSites(item).length, Array.from({ length: 15 }, (_, c) => c + 1)]
  const shapes = item.phase === "splits" ? undefined : Array.from(hiddenSites(item), (edge) => item.children!.shapes[edge]!)
  let all: number[][] = [[]]
  for (let i = 0; i < count; i++)
    all = all.flatMap((codes) => values.filter((value) => !shapes || (value & ~shapes[i]!) === 0).map((value) => [...codes, value]))
  return all.map((codes) => Uint8Array.from(codes))
}
