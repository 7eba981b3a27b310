import { tf, type StepInputs } from "@scalewise/nn"
import { pairBatch, pairTensors, type PairBatchSize } from "../refiner/pair-batch.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import type { Sizes } from "../refiner/size-ladder.ts"
import { prefixed } from "../training/step-parts.ts"
import { emptySites, patternSiteTensors, writePatternSite } from "./pattern-head.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import type { SkeletonExample } from "./skeleton-example.ts"

/** Sizes that the examples of a batch need, without padding. */
export function skeletonSizes(examples: readonly SkeletonExample[]): Sizes {
  const sum = (count: (example: SkeletonExample) => number): number => examples.reduce((total, example) => total + count(example), 0)
  const parts = (name: string, of: (example: SkeletonExample) => PairGraph): [string, number][] => [
    [`${name}.nodes`, sum((example) => of(example).nodes) + 1],
    [`${name}.pairs`, sum((example) => of(example).pairs.length / 2) + 1],
    [`${name}.triangles`, sum((example) => of(example).triangles.length / 3)],
  ]
  return Object.fromEntries([
    ...parts("split", ({ split }) => split),
    ...parts("pattern", ({ pattern }) => pattern),
    ["sites", sum(({ sites }) => sites.length) + 1],
  ])
}

/** The inputs of `skeletonLoss`, padded to `sizes`; the caller disposes. */
export function skeletonInputs(
  examples: readonly SkeletonExample[],
  sizes: Sizes,
  { singlePairs }: Pick<ContractionConfig, "singlePairs">,
): StepInputs {
  const sizeOf = (part: string): PairBatchSize => ({
    graphs: examples.length + 1,
    nodes: sizes[`${part}.nodes`]!,
    pairs: sizes[`${part}.pairs`]!,
    triangles: sizes[`${part}.triangles`]!,
  })
  const split = pairBatch(
    examples.map((example) => example.split),
    sizeOf("split"),
  )
  const pattern = pairBatch(
    examples.map((example) => example.pattern),
    sizeOf("pattern"),
  )
  const splitTargets = new Float32Array(split.size.nodes)
  const splitWeights = new Float32Array(split.size.nodes)
  const count = sizes["sites"]!
  const sites = emptySites(count)
  const patterns = new Int32Array(count)
  const patternWeights = new Float32Array(count)
  let site = 0
  for (const [b, example] of examples.entries()) {
    splitTargets.set(example.splits, split.offsets.nodes[b])
    splitWeights.set(example.splitHidden, split.offsets.nodes[b])
    const offsets = { nodes: pattern.offsets.nodes[b]!, pairs: pattern.offsets.pairs[b]! }
    for (const [i, edge] of example.sites.entries()) {
      const ends = [example.edges[2 * edge]!, example.edges[2 * edge + 1]!] as const
      writePatternSite(sites, site, { children: example.children, edge, ends, offsets, singlePairs })
      patterns[site] = example.patterns[i]! - 1
      patternWeights[site] = 1
      site++
    }
  }
  return {
    ...prefixed("split", pairTensors(split)),
    ...prefixed("pattern", pairTensors(pattern)),
    ...prefixed("sites", patternSiteTensors(sites)),
    splitTargets: tf.tensor1d(splitTargets),
    splitWeights: tf.tensor1d(splitWeights),
    patterns: tf.tensor1d(patterns, "int32"),
    patternWeights: tf.tensor1d(patternWeights),
  }
}
