#!/usr/bin/env node
import { spawnSync } from "node:child_process"
import { availableParallelism } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { GeneratorParameters, TokenizerParameters } from "@scalewise/image"
import { z } from "zod"

const usage = `node bench/dist/published-d16.js [options]     samples once from a random model of a published VAR's size

  --depth N           of the Transformer; 16 is VAR-d16, 310 M parameters         [16]
  --images N          in one batch, 256 x 256 pixels, guidance 1.5                [1]
  --peer              runs PyTorch too, same shapes (needs pip install torch)
  --python PATH       the Python that has PyTorch                                 [python3]
  --threads N         of both                                                     [all cores]
  --json              one JSON array on standard output
`

const { values: chosen } = parseArgs({
  options: {
    depth: { type: "string", default: "16" },
    images: { type: "string", default: "1" },
    peer: { type: "boolean", default: false },
    python: { type: "string", default: "python3" },
    threads: { type: "string", default: String(availableParallelism()) },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
})
if (chosen.help) {
  process.stdout.write(usage)
  process.exit(0)
}
const [depth, images] = [Number(chosen.depth), Number(chosen.images)]
// The native library reads the thread counts once, when it is loaded; hence before the imports.
process.env["TF_NUM_INTRAOP_THREADS"] = chosen.threads
process.env["TF_NUM_INTEROP_THREADS"] = chosen.threads

const reading = z.object({
  name: z.string(),
  buildSeconds: z.number(),
  /** Of the first batch, with whatever is prepared on the way. */
  firstSecondsPerImage: z.number(),
  secondsPerImage: z.number(),
  /** Of all threads: what a busy machine does not stretch. */
  cpuSecondsPerImage: z.number(),
  peakBytes: z.number(),
})
type Reading = z.infer<typeof reading>

const rows: Reading[] = [await ownReading()]
if (chosen.peer) rows.push(peerReading())
if (chosen.json) process.stdout.write(`${JSON.stringify(rows)}\n`)
else for (const row of rows) process.stdout.write(`${line(row)}\n`)
// Threads of the backend would keep the process alive
process.exit(0)

async function ownReading(): Promise<Reading> {
  const { guided, sample } = await import("@scalewise/core")
  const { expectedTensors, imageModel } = await import("@scalewise/image")
  const { selectBackend, tf, unflattenParameters } = await import("@scalewise/nn")
  const { name } = await selectBackend()
  const start = performance.now()
  const config = publishedConfig(depth)
  // Drawn by the backend: what the numbers are does not matter here, and `init` draws every one of them in JavaScript
  const flat = Object.entries(expectedTensors(config)).map(([tensor, { shape }]) => {
    const fanIn = shape.slice(0, -1).reduce((product, side) => product * side, 1)
    return [tensor, shape.length === 1 ? tf.ones(shape) : tf.randomNormal(shape, 0, 1 / Math.sqrt(fanIn))] as const
  })
  const parameters = unflattenParameters(Object.fromEntries(flat))
  const model = imageModel({
    config,
    tokenizerParameters: parameters["tokenizer"] as unknown as TokenizerParameters,
    generatorParameters: parameters["generator"] as unknown as GeneratorParameters,
  })
  const buildSeconds = (performance.now() - start) / 1000
  const process_ = guided(model.process, { scale: 1.5, ramp: "linear", convention: "var" })
  const once = async (seed: number): Promise<{ seconds: number; cpuSeconds: number }> => {
    const began = performance.now()
    const cpu = process.cpuUsage()
    const pictures = await sample(process_, { batch: images, condition: { label: 207 }, seed })
    await pictures.data()
    pictures.dispose()
    const { user, system } = process.cpuUsage(cpu)
    return { seconds: (performance.now() - began) / 1000 / images, cpuSeconds: (user + system) / 1e6 / images }
  }
  const first = await once(0)
  const second = await once(1)
  return {
    name: `Scalewise, ${name}`,
    buildSeconds,
    firstSecondsPerImage: first.seconds,
    secondsPerImage: second.seconds,
    cpuSecondsPerImage: second.cpuSeconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

function publishedConfig(depth: number) {
  return {
    tokenizer: {
      height: 256,
      width: 256,
      autoencoder: {
        imageChannels: 3,
        width: 160,
        multipliers: [1, 1, 2, 2, 4],
        encoderBlocks: 2,
        decoderBlocks: 3,
        middle: "attention",
        coarseAttention: true,
        latentChannels: 32,
        groups: 32,
        patch: 1,
        patchWidth: 1,
        quantiserKernel: 3,
      },
      range: "symmetric",
      grids: [1, 2, 3, 4, 5, 6, 8, 10, 13, 16],
      form: "full-grid",
      quantiser: { kind: "vector", codes: 4096, codebooks: "shared", learning: "gradient", metric: "euclidean" },
      phi: { count: 4, ratio: 0.5 },
      likelihood: "none",
    },
    generator: {
      width: 64 * depth,
      depth,
      heads: depth,
      feedForward: 4,
      classes: 1000,
      modulation: "own",
      attentionNorm: true,
      attentionFactor: 0.25,
      context: "all",
      window: 0,
      gateStart: 0.001,
    },
  } as const
}

function peerReading(): Reading {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "peers", "pytorch_d16.py")
  const args = [script, "--depth", chosen.depth, "--images", chosen.images, "--threads", chosen.threads]
  const { status, stdout, stderr, error } = spawnSync(chosen.python, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: chosen.threads },
  })
  if (error !== undefined || status !== 0) {
    const reason = error?.message ?? stderr.trim().split("\n").at(-1)
    throw new Error(`published-d16: expected a Python with PyTorch (pip install torch), got: ${reason}; name one with --python`)
  }
  return reading.parse(JSON.parse(stdout))
}

function line({ name, buildSeconds, firstSecondsPerImage, secondsPerImage, cpuSecondsPerImage, peakBytes }: Reading): string {
  const figure = (seconds: number): string => `${seconds.toFixed(1)} s`
  return [
    name.padEnd(20),
    `built in ${figure(buildSeconds)}`,
    `first ${figure(firstSecondsPerImage)} an image`,
    `then ${figure(secondsPerImage)} an image (${figure(cpuSecondsPerImage)} of processor time)`,
    `peak memory ${(peakBytes / 1e9).toFixed(1)} GB`,
  ].join("   ")
}
