import { fileURLToPath } from "node:url"

/** The folder of the MNIST model that ships with this package, made by the preset `mnist`. */
export const shippedModelFolder = (): string => fileURLToPath(new URL("../../assets/mnist", import.meta.url))
