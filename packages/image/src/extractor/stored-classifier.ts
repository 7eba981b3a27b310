import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"
import {
  disposeParameters,
  flattenParameters,
  loadCheckpoint,
  randomStream,
  readCheckpointConfig,
  saveCheckpoint,
  unflattenParameters,
  type FlatParameters,
} from "@scalewise/nn"
import { imageClassifier, type ImageClassifier } from "./image-classifier.ts"
import { lenet, type LeNetOptions, type LeNetParameters } from "./lenet.ts"

const kind = "image-classifier"

/** The classifier of MNIST digits that comes with this package; its config.json says how it was made. */
export const shippedClassifierFolder = (): string => fileURLToPath(new URL("../../assets/classifier-mnist", import.meta.url))

/**
 * SHA-256, in hexadecimal, of the bytes of a saved classifier's tensors. Printed beside every FLD, since distances in the
 * feature spaces of two networks have nothing to do with each other.
 *
 * @throws CheckpointError where the folder holds no whole checkpoint
 */
export async function classifierHash(folder: string): Promise<string> {
  const { tensors } = await readCheckpointConfig(folder)
  return createHash("sha256")
    .update(await readFile(path.join(folder, tensors)))
    .digest("hex")
}

/**
 * Saves a classifier as a checkpoint folder and returns its hash.
 *
 * @param metadata - how it was made: command, seed, accuracy
 * @throws CheckpointError where the folder cannot be written
 */
export async function saveClassifier(folder: string, classifier: ImageClassifier, metadata: Record<string, unknown> = {}): Promise<string> {
  const { options, parameters } = classifier
  await saveCheckpoint(folder, { kind, config: options, tensors: flattenParameters(parameters), metadata })
  return classifierHash(folder)
}

/**
 * Loads a classifier; the caller disposes it.
 *
 * @param folder - @defaultValue the shipped one, for MNIST digits
 * @throws CheckpointError where the folder holds no whole checkpoint of a classifier
 */
export async function loadClassifier(folder: string = shippedClassifierFolder()): Promise<ImageClassifier> {
  const { config, tensors } = await loadCheckpoint<LeNetOptions>(folder, { kind, expected: shapesOf })
  return imageClassifier(lenet(config), unflattenParameters(tensors) as LeNetParameters, await classifierHash(folder))
}

/** Disposed tensors, which still know their shapes. */
function shapesOf(config: LeNetOptions): FlatParameters {
  const parameters = lenet(config).init(randomStream("shapes"))
  disposeParameters(parameters)
  return flattenParameters(parameters)
}
