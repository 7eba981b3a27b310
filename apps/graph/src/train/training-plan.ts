import { formatCount } from "@scalewise/cli"
import { countGraphParameters, type ContractionTrainingConfig, type GraphDataset } from "@scalewise/graph"

/** What a training would take. */
export interface TrainingPlan {
  readonly parameters: number
  /** Bytes of parameters, gradients, moments and averages. */
  readonly stateBytes: number
  readonly steps: { readonly skeleton: number; readonly attributes: number }
  readonly graphs: number
  /** The same as text. */
  readonly lines: readonly string[]
}

/** Parameters, memory and steps of a config on a data set, without training. */
export function trainingPlan(config: ContractionTrainingConfig, { vocabulary, splits }: GraphDataset): TrainingPlan {
  const hasLabels = vocabulary.nodes.length + vocabulary.edges.length > 0
  const parameters = countGraphParameters({ ...config.contraction, singlePairs: false, vocabulary })
  const steps = { skeleton: config.skeletonTraining.steps, attributes: hasLabels ? config.attributeTraining.steps : 0 }
  const stateBytes = 4 * 5 * parameters
  return {
    parameters,
    stateBytes,
    steps,
    graphs: splits.train.length,
    lines: [
      `${formatCount(parameters)} parameters, ${formatCount(splits.train.length)} graphs to train on`,
      `skeleton: ${formatCount(steps.skeleton)} steps of ${config.skeletonTraining.batch} levels`,
      ...(hasLabels ? [`attributes: ${formatCount(steps.attributes)} steps of ${config.attributeTraining.batch} graphs`] : []),
      `state of the training: ${(stateBytes / 1e6).toFixed(1)} MB beside activations`,
    ],
  }
}
