import { formatCount } from "@scalewise/cli"
import { countTrainingParameters, type GraphDataset, type GraphTrainingConfig } from "@scalewise/graph"

/** What a training would take. */
export interface TrainingPlan {
  readonly parameters: number
  /** Bytes of parameters, gradients, moments and averages. */
  readonly stateBytes: number
  /** Of each stage. */
  readonly steps: Readonly<Record<string, number>>
  readonly graphs: number
  /** The same as text. */
  readonly lines: readonly string[]
}

/** Parameters, memory and steps of a config on a data set, without training. */
export function trainingPlan(config: GraphTrainingConfig, { vocabulary, splits }: GraphDataset): TrainingPlan {
  const parameters = countTrainingParameters(config, vocabulary)
  const stages = stagesOf(config, vocabulary.nodes.length + vocabulary.edges.length > 0)
  const stateBytes = 4 * 5 * parameters
  return {
    parameters,
    stateBytes,
    steps: Object.fromEntries(stages.map(({ stage, steps }) => [stage, steps])),
    graphs: splits.train.length,
    lines: [
      `${formatCount(parameters)} parameters, ${formatCount(splits.train.length)} graphs to train on`,
      ...stages.map(({ stage, steps, batch, of }) => `${stage}: ${formatCount(steps)} steps of ${batch} ${of}`),
      `state of the training: ${(stateBytes / 1e6).toFixed(1)} MB beside activations`,
    ],
  }
}

interface Stage {
  readonly stage: string
  readonly steps: number
  readonly batch: number
  /** What a batch holds. */
  readonly of: "levels" | "graphs"
}

function stagesOf(config: GraphTrainingConfig, hasLabels: boolean): Stage[] {
  const stage = (
    name: string,
    { steps, batch }: { readonly steps: number; readonly batch: number },
    of: Stage["of"] = "graphs",
  ): Stage => ({
    stage: name,
    steps,
    batch,
    of,
  })
  if (config.process === "masked") return [stage("masked", config.maskedTraining)]
  if (config.process === "latent") return (["plain", "quantised", "prior"] as const).map((name) => stage(name, config.latentTraining[name]))
  return [stage("skeleton", config.skeletonTraining, "levels"), ...(hasLabels ? [stage("attributes", config.attributeTraining)] : [])]
}
