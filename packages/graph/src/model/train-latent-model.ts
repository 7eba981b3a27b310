import { randomStream } from "@scalewise/nn"
import type { LatentConfig, LatentSampling } from "../latent/latent-config.ts"
import { reconstructionReport } from "../latent/reconstruction.ts"
import { trainLatent, type LatentTraining } from "../latent/train-latent.ts"
import { categoriesOf, categoryShares } from "../process/graph-categories.ts"
import { sizeLaw } from "../process/size-law.ts"
import { graphModel } from "./graph-model.ts"
import type { GraphTrainingEvent, TrainedGraphModel, TrainGraphModelOptions } from "./train-graph-model.ts"

/** Everything about a training of a latent model, as plain JSON. */
export interface LatentTrainingConfig {
  readonly process: "latent"
  readonly seed: number
  /** The model; vocabulary and shares come from the data. */
  readonly latent: Omit<LatentConfig, "vocabulary" | "shares">
  readonly latentTraining: LatentTraining
  /** How the model is sampled. */
  readonly sampling: LatentSampling
}

/** Training graphs whose reconstruction goes into the model's metadata. */
const reportedGraphs = 1000

/** Trains such a model; its metadata say how well the codes give training graphs back (`reconstruction`). */
export async function* trainLatentModel({
  config,
  vocabulary,
  graphs,
  folder,
  signal,
  clock,
  mode = "auto",
}: TrainGraphModelOptions<LatentTrainingConfig>): AsyncGenerator<GraphTrainingEvent, TrainedGraphModel, undefined> {
  const random = randomStream(config.seed)
  const shares = categoryShares(
    graphs.map((graph) => categoriesOf(graph, vocabulary)),
    vocabulary,
  )
  const latent: LatentConfig = { ...config.latent, vocabulary: { nodes: vocabulary.nodes, edges: vocabulary.edges }, shares }
  const { latentTraining: training } = config
  const events = trainLatent({ config: latent, training, graphs, random, clock, mode, signal, folder })
  let next = await events.next()
  for (; !next.done; next = await events.next()) yield { ...next.value, steps: training[next.value.stage].steps }
  const { parameters, ...trained } = next.value
  const chosen = random.fold("reported").permutation(graphs.length).slice(0, reportedGraphs)
  const some = Array.from(chosen, (graph) => graphs[graph]!)
  return {
    ...trained,
    model: graphModel({
      config: { process: "latent", latent, sizes: sizeLaw(graphs), sampling: config.sampling },
      parameters,
      metadata: { reconstruction: reconstructionReport(latent, parameters, some, { random: random.fold("reconstruction") }) },
    }),
  }
}
