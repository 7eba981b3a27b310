import { randomStream } from "@scalewise/nn"
import type { MaskedConfig, MaskedSampling } from "../masked/masked-config.ts"
import type { MaskedTraining } from "../masked/masked-example.ts"
import { trainMasked } from "../masked/train-masked.ts"
import { categoriesOf, categoryShares } from "../process/graph-categories.ts"
import { sizeLaw } from "../process/size-law.ts"
import { graphModel } from "./graph-model.ts"
import type { GraphTrainingEvent, TrainedGraphModel, TrainGraphModelOptions } from "./train-graph-model.ts"

/** Everything about a training of a model of hidden or noised graphs, as plain JSON. */
export interface MaskedTrainingConfig {
  readonly process: "masked"
  readonly seed: number
  /** The model; vocabulary and shares come from the data. */
  readonly masked: Omit<MaskedConfig, "vocabulary" | "shares">
  readonly maskedTraining: MaskedTraining
  /** How the model is sampled. */
  readonly sampling: MaskedSampling
}

/** Trains such a model. */
export async function* trainMaskedModel({
  config,
  vocabulary,
  graphs,
  folder,
  signal,
  clock,
  mode = "auto",
}: TrainGraphModelOptions<MaskedTrainingConfig>): AsyncGenerator<GraphTrainingEvent, TrainedGraphModel, undefined> {
  const shares = categoryShares(
    graphs.map((graph) => categoriesOf(graph, vocabulary)),
    vocabulary,
  )
  const masked: MaskedConfig = { ...config.masked, vocabulary: { nodes: vocabulary.nodes, edges: vocabulary.edges }, shares }
  const { maskedTraining: training } = config
  const events = trainMasked({
    config: masked,
    training,
    graphs,
    random: randomStream(config.seed),
    clock,
    mode,
    signal,
    folder: folder && `${folder}/masked`,
  })
  let next = await events.next()
  for (; !next.done; next = await events.next()) yield { stage: "masked", event: next.value, steps: training.steps }
  const { parameters, seconds, ...trained } = next.value
  return {
    ...trained,
    model: graphModel({ config: { process: "masked", masked, sizes: sizeLaw(graphs), sampling: config.sampling }, parameters }),
    seconds: { masked: seconds },
  }
}
