import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import type { Host } from "../app/host.ts"
import { loadNn } from "../load-nn.ts"
import type { DoctorCheck } from "./check-machine.ts"

const size = 512
const trials = 5

/** The backend that every verb would use, with the speed of a matrix product on it. */
export const backendCheck: DoctorCheck = async (host) => {
  try {
    const { selectBackend } = await loadNn()
    const { name, reason, threads, advice } = await selectBackend()
    const gigaflops = await matmulSpeed(host)
    return {
      name: "backend",
      status: advice == null ? "good" : "limited",
      found: `${name}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${gigaflops.toFixed(1)} GFLOP/s (${size} x ${size} product): ${reason}`,
      ...(advice != null && { advice }),
      backend: name,
      reason,
      threads,
      gigaflops,
    }
  } catch (error) {
    return { name: "backend", status: "bad", found: `none works: ${firstLine(error)}`, advice: "reinstall the dependencies" }
  }
}

/** Billions of multiplications and additions a second: the best of a few trials, after one that warms up. */
async function matmulSpeed({ clock }: Pick<Host, "clock">): Promise<number> {
  const { tf } = await loadNn()
  const left = tf.ones([size, size])
  const right = tf.ones([size, size])
  // A clock of milliseconds is too coarse for one product of a fast backend, so a trial lasts long enough to be read.
  const trial = async (products: number): Promise<number> => {
    const begin = clock()
    for (let n = 0; n < products; n++) {
      const product = tf.matMul(left, right)
      if (n === products - 1) await product.data()
      product.dispose()
    }
    return clock() - begin
  }
  let products = 1
  await trial(1)
  while ((await trial(products)) < 20 && products < 1024) products *= 2
  let best = Infinity
  for (let n = 0; n < trials; n++) best = Math.min(best, await trial(products))
  left.dispose()
  right.dispose()
  return (2 * size ** 3 * products) / (Math.max(best, 1) * 1e6)
}

/** Whether the native addon is there and loads, and what to do where not. */
export const tfjsNodeCheck: DoctorCheck = async () => {
  const name = "tfjs-node"
  const [major = 0] = process.versions.node.split(".").map(Number)
  const later = major >= 23 ? "; on Node 23 and later only with the repair that @scalewise/nn applies" : ""
  // It is a dependency of nn, which alone can see it where packages are kept apart.
  let require: NodeJS.Require
  let folder: string
  try {
    require = createRequire(import.meta.resolve("@scalewise/nn"))
    folder = path.dirname(require.resolve("@tensorflow/tfjs-node/package.json"))
  } catch {
    return {
      name,
      status: "limited",
      found: "not installed",
      advice: "install the optional dependency @tensorflow/tfjs-node for the native backend",
    }
  }
  const addon = path.join(folder, "lib", "napi-v8", "tfjs_binding.node")
  const { version } = require("@tensorflow/tfjs-node/package.json") as { version: string }
  if (!existsSync(addon))
    return {
      name,
      status: "limited",
      found: `${version} without its addon`,
      version,
      advice: "`npm start` in a checkout of Scalewise sets it up",
    }
  try {
    require(addon)
    return { name, status: "good", found: `${version}, its addon loads${later}`, version }
  } catch (error) {
    return {
      name,
      status: "limited",
      found: `${version}, but its addon does not load: ${firstLine(error)}`,
      version,
      advice: "`npm start` in a checkout of Scalewise sets it up again",
    }
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0]!
