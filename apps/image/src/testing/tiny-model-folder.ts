import path from "node:path"
import { generatorOf, imageModel, saveImageModel, tokenizer, type ImageModelConfig } from "@scalewise/image"
import { randomStream } from "@scalewise/nn"

const config: ImageModelConfig = {
  tokenizer: {
    height: 8,
    width: 8,
    autoencoder: {
      imageChannels: 1,
      width: 8,
      multipliers: [1, 1],
      encoderBlocks: 1,
      decoderBlocks: 1,
      middle: "none",
      coarseAttention: false,
      latentChannels: 4,
      groups: 2,
      patch: 1,
      patchWidth: 1,
      quantiserKernel: 0,
    },
    range: "unit",
    grids: [1, 2, 4],
    form: "full-grid",
    quantiser: { kind: "vector", codes: 8, codebooks: "shared", learning: "gradient", metric: "euclidean" },
    phi: { count: 0, ratio: 0.5 },
    likelihood: "none",
  },
  generator: {
    width: 8,
    depth: 1,
    heads: 1,
    feedForward: 2,
    classes: 3,
    modulation: "shared",
    attentionNorm: false,
    attentionFactor: 1,
    context: "all",
    window: 0,
    gateStart: 0.5,
  },
  classes: ["cat", "owl", "fox/red"],
}

/** Writes two models of random weights into a folder, `model` and `tokenizer` (alone), for pictures of 8 x 8, and gives their paths. */
export async function tinyModelFolder(folder: string): Promise<{ readonly model: string; readonly tokenizer: string }> {
  const paths = { model: path.join(folder, "model"), tokenizer: path.join(folder, "tokenizer") }
  for (const [name, own] of [
    ["model", config],
    ["tokenizer", { tokenizer: config.tokenizer }],
  ] as const) {
    const made = tokenizer(own.tokenizer)
    const model = imageModel({
      config: own,
      tokenizerParameters: made.init(randomStream(0)),
      ...("generator" in own && { generatorParameters: generatorOf(made, own.generator!).init(randomStream(1)) }),
    })
    await saveImageModel(paths[name], model)
    model.dispose()
  }
  return paths
}
