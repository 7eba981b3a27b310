import { loadImageModel, shippedModel, type ImageModel } from "@scalewise/image"
import { CheckpointError } from "@scalewise/nn"

/**
 * The model of a checkpoint folder, or the shipped one.
 *
 * @throws CheckpointError where there is none, or where it is a tokenizer alone and `draws` says that a generator is needed
 */
export async function openGenerator(folder: string | undefined, { draws }: { readonly draws: boolean }): Promise<ImageModel> {
  const model = await (folder === undefined ? shippedModel() : loadImageModel(folder))
  if (!draws || model.transformer) return model
  model.dispose()
  throw new CheckpointError(`${folder}: expected a model with a generator, found a tokenizer alone; train a generator over it first`)
}
