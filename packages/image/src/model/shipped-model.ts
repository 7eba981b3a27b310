import { fileURLToPath } from "node:url"
import { loadImageModel, type ImageModel } from "./image-model.ts"

/** The model of MNIST digits that comes with this package; its config.json says how it was made. */
export const shippedModelFolder = (): string => fileURLToPath(new URL("../../assets/mnist", import.meta.url))

/**
 * Loads the model of MNIST digits that comes with this package; the caller disposes it.
 *
 * @throws CheckpointError where the folder holds no whole checkpoint
 */
export const shippedModel = (): Promise<ImageModel> => loadImageModel(shippedModelFolder())
