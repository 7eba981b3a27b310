import type { PreparedBatch, StepInputs, TrainEvent, TrainingRun } from "@scalewise/nn"
import { averageSizes, sizeLadder } from "../refiner/size-ladder.ts"
import type { GraphTraining } from "../training/graph-training.ts"
import { trainNetwork, type TrainedNetwork } from "../training/train-network.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { contractionNetworks } from "./contraction-networks.ts"
import { skeletonInputs, skeletonSizes } from "./skeleton-batch.ts"
import { skeletonExample, type SkeletonExample } from "./skeleton-example.ts"
import { skeletonLoss } from "./skeleton-loss.ts"
import type { TrainingPyramids } from "./training-pyramids.ts"

/** Options of `trainSkeleton`. */
export interface TrainSkeletonOptions extends TrainingRun {
  readonly config: ContractionConfig
  readonly training: GraphTraining
  readonly pyramids: TrainingPyramids
}

/** Trains the split and the pattern network on random levels of random pyramids. */
export function trainSkeleton({
  config,
  training,
  pyramids,
  random,
  ...run
}: TrainSkeletonOptions): AsyncGenerator<TrainEvent, TrainedNetwork, undefined> {
  const networks = contractionNetworks(config)
  const examplesOf = ({ indices, stepRandom }: Pick<PreparedBatch, "indices" | "stepRandom">): SkeletonExample[] =>
    Array.from(indices, (graph, i) => {
      const stream = stepRandom.fold(i)
      const pyramid = pyramids.pyramid(graph, stream.fold("pyramid").integers(1, pyramids.perGraph)[0]!)
      const level = stream.fold("level").integers(1, pyramid.levels.length)[0]!
      return skeletonExample(pyramid, level, config, training, stream)
    })
  const fit = sizeLadder(
    averageSizes(20, (i) => {
      const trial = random.fold("sizes").fold(i)
      const batch = Math.min(training.batch, pyramids.graphs)
      return skeletonSizes(examplesOf({ indices: trial.fold("graphs").integers(batch, pyramids.graphs), stepRandom: trial }))
    }),
  )
  return trainNetwork({
    ...run,
    random: random.fold("training"),
    training,
    examples: pyramids.graphs,
    initial: { split: networks.split.init(random.fold("split")), pattern: networks.pattern.init(random.fold("pattern")) },
    loss: skeletonLoss(networks),
    inputs(batch): StepInputs {
      const examples = examplesOf(batch)
      return skeletonInputs(examples, fit(skeletonSizes(examples)), config)
    },
  })
}
