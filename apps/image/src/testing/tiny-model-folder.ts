import path from "node:path"
import { generatorOf, imageModel, saveImageModel, tokenizer, type ImageModelConfig } from "@scalewise/image"
import { randomStream } from "@scalewise/nn"
import { tinyGenerator, tinyTokenizer } from "./tiny-model-config.ts"

const config: ImageModelConfig = { tokenizer: tinyTokenizer, generator: tinyGenerator, classes: ["cat", "owl", "fox/red"] }

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
