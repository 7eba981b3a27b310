import { countParameters, disposeParameters, randomStream } from "@scalewise/nn"
import { countGraphParameters } from "../contraction/contraction-networks.ts"
import type { GraphVocabulary } from "../graph/packed-graph.ts"
import { kindsOf } from "../process/graph-categories.ts"
import { freshGraphParameters } from "./graph-model.ts"
import type { GraphTrainingConfig } from "./train-graph-model.ts"

/** Numbers that a model of this config learns on data with this vocabulary. */
export function countTrainingParameters(config: GraphTrainingConfig, { nodes, edges }: GraphVocabulary): number {
  const vocabulary = { nodes, edges }
  if (config.process === "contraction") return countGraphParameters({ ...config.contraction, singlePairs: false, vocabulary })
  const kinds = kindsOf(vocabulary)
  const even = (count: number): number[] => Array.from({ length: count }, () => 1 / count)
  const fromData = { vocabulary, shares: { nodes: even(kinds.nodes), pairs: even(kinds.pairs) } }
  const fresh = freshGraphParameters(
    config.process === "masked"
      ? { process: "masked", masked: { ...config.masked, ...fromData } }
      : { process: "latent", latent: { ...config.latent, ...fromData } },
    randomStream(0),
  )
  const count = countParameters(fresh)
  disposeParameters(fresh)
  return count
}
