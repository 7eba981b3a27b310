import { disposeParameters, type Parameters, type RandomStream, type TrainEvent, type TrainingRun } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { averageSizes, pairSizes, sizeLadder, type Sizes } from "../refiner/size-ladder.ts"
import type { NetworkTraining } from "../training/graph-training.ts"
import { trainNetwork, type TrainedNetwork } from "../training/train-network.ts"
import { autoencoder } from "./autoencoder.ts"
import { autoencoderInputs, autoencoderLoss, type AutoencoderLossConfig } from "./autoencoder-loss.ts"
import { codeTable } from "./code-table.ts"
import { codeUpkeep } from "./code-upkeep.ts"
import { nodeQuantiser } from "./latent-codes.ts"
import type { LatentConfig } from "./latent-config.ts"
import { freshAutoencoder, latentNetworks } from "./latent-network.ts"
import { graphTokens } from "./latent-tokens.ts"
import { priorExample, priorInputs, priorLoss } from "./prior-loss.ts"
import { startCodes } from "./start-codes.ts"

/** How a latent model is trained, as plain JSON. */
export interface LatentTraining {
  readonly loss: AutoencoderLossConfig
  /** Encoder and decoder before anything is quantised. */
  readonly plain: NetworkTraining
  /** The same with codes. */
  readonly quantised: NetworkTraining
  /** The prior over the codes. */
  readonly prior: NetworkTraining
  /** Graphs whose latents start the codebooks. */
  readonly startGraphs: number
  /** Look for dead codes after so many steps, in the first two thirds; 0 is never. */
  readonly reviveEvery: number
  /** Share of the codes that are replaced by random ones in what the prior is shown. */
  readonly codeNoise: number
}

/** The three trainings, one after the other. */
export type LatentStage = "plain" | "quantised" | "prior"

/** Options of `trainLatent`. */
export interface TrainLatentOptions extends TrainingRun {
  readonly config: LatentConfig
  readonly training: LatentTraining
  readonly graphs: readonly PackedGraph[]
}

/** What a training tells, and in which stage. */
export interface LatentEvent {
  readonly stage: LatentStage
  readonly event: TrainEvent
}

/** What a training leaves: seconds of each stage beside the rest. */
export interface TrainedLatent extends Omit<TrainedNetwork, "seconds"> {
  readonly seconds: Readonly<Record<LatentStage, number>>
}

/**
 * Trains encoder and decoder, then from codebooks that k-means found in the latents everything but the prior, then the prior over the codes
 * that fresh noise gives each graph in each step.
 */
export async function* trainLatent(options: TrainLatentOptions): AsyncGenerator<LatentEvent, TrainedLatent, undefined> {
  const { config, training, graphs, random, folder, ...run } = options
  const { encoder, decoder, expected, nodeCodes, pairCodes } = freshAutoencoder(config, random.fold("autoencoder"))
  disposeParameters({ nodeCodes: nodeCodes!, pairCodes: pairCodes! }) // k-means makes better ones
  const sizesOf = (some: readonly PackedGraph[]): Sizes =>
    pairSizes(
      some.map(({ nodes }) => nodes),
      config,
    )
  const ladder = (batch: number) =>
    sizeLadder(
      averageSizes(20, (i) =>
        sizesOf(Array.from(random.fold("sizes").fold(i).integers(Math.min(batch, graphs.length), graphs.length), (g) => graphs[g]!)),
      ),
    )
  const noiseOf = (some: readonly PackedGraph[], stream: RandomStream): Float32Array[] =>
    some.map((graph, b) =>
      stream
        .fold("noise")
        .fold(b)
        .normalValues([graph.nodes * config.noise]),
    )
  const stageOf = (stage: LatentStage) => ({
    ...run,
    examples: graphs.length,
    random: random.fold(stage),
    ...(folder !== undefined && { folder: `${folder}/${stage}` }),
  })

  const coding = (stage: "plain" | "quantised", initial: Parameters) => {
    const fit = ladder(training[stage].batch)
    return trainNetwork({
      ...stageOf(stage),
      training: training[stage],
      initial,
      loss: autoencoderLoss(config, training.loss, stage === "quantised"),
      ...(stage === "quantised" && {
        around: (step) =>
          codeUpkeep(step, {
            quantiser: nodeQuantiser(config),
            scales: 1 + config.bands.length,
            reviveEvery: training.reviveEvery,
            reviveUntil: (2 / 3) * training.quantised.steps,
            random: random.fold("revival"),
          }),
      }),
      inputs({ indices, stepRandom }) {
        const some = Array.from(indices, (graph) => graphs[graph]!)
        return autoencoderInputs(some, noiseOf(some, stepRandom), config, fit(sizesOf(some)))
      },
    })
  }

  const plain = yield* inStage("plain", coding("plain", { encoder: encoder!, decoder: decoder!, expected: expected! }))
  const chosen = random.fold("start").permutation(graphs.length).slice(0, training.startGraphs)
  const codes = await startCodes(
    config,
    plain.parameters,
    Array.from(chosen, (graph) => graphs[graph]!),
    random.fold("start codes"),
  )
  const { pairCodes: pairBook, ...started } = { ...plain.parameters, ...codes }
  if (config.pairCodes === 0) disposeParameters({ pairBook })
  const coded = yield* inStage("quantised", coding("quantised", config.pairCodes > 0 ? { ...started, pairCodes: pairBook } : started))

  const model = autoencoder(config)
  const table = codeTable(config, coded.parameters)
  const fit = ladder(training.prior.batch)
  const prior = yield* inStage(
    "prior",
    trainNetwork({
      ...stageOf("prior"),
      training: training.prior,
      initial: { prior: latentNetworks(config).prior.init(random.fold("prior parameters")) },
      loss: priorLoss(config),
      inputs({ indices, stepRandom }) {
        const some = Array.from(indices, (graph) => graphs[graph]!)
        const sizes = fit(sizesOf(some))
        const tokens = graphTokens(model, config, coded.parameters, { graphs: some, noise: noiseOf(some, stepRandom), sizes })
        const examples = some.map(({ nodes }, b) =>
          priorExample(tokens[b]!, nodes, { config, table, codeNoise: training.codeNoise }, stepRandom.fold("examples").fold(b)),
        )
        return priorInputs(examples, sizes, config, (tensors, own) => model.expectedPairs(coded.parameters, tensors, own))
      },
    }),
  )
  const stages = { plain, quantised: coded, prior }
  return {
    parameters: { ...coded.parameters, ...prior.parameters },
    mode: Object.values(stages).some(({ mode }) => mode === "eager") ? "eager" : "captured",
    fallbackReason: plain.fallbackReason ?? coded.fallbackReason ?? prior.fallbackReason,
    seconds: { plain: plain.seconds, quantised: coded.seconds, prior: prior.seconds },
  }
}

/** The events of a training with the name of its stage. */
async function* inStage(
  stage: LatentStage,
  events: AsyncGenerator<TrainEvent, TrainedNetwork, undefined>,
): AsyncGenerator<LatentEvent, TrainedNetwork, undefined> {
  let next = await events.next()
  for (; !next.done; next = await events.next()) yield { stage, event: next.value }
  return next.value
}
