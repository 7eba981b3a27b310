#!/usr/bin/env node
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"

const usage = `pnpm bench [options]     times the work that the project is made of

  --peer              times PyTorch beside it and prints the ratios of wall times (needs pip install torch)
  --stock             times stock TensorFlow.js beside the wasm backend's training steps and prints how much faster they are
  --profile CASE      where the milliseconds of one case go, on native: mlp-step,transformer-step,conv-step,tokenizer-step,var-step,sample-digits
  --python PATH       the Python that has PyTorch                                     [python3]
  --backend NAMES     native,wasm,cpu                                                 [native,wasm]
  --only NAMES        mlp-step,transformer-step,conv-step,tokenizer-step,var-step,sample-digits,matmul,philox,safetensors-read
  --threads N         of the native backend and of PyTorch                            [all cores]
  --repeats N         readings; the smallest counts                                   [40]
  --rounds N          how often PyTorch and Scalewise take turns                      [3]
  --json              one JSON array on standard output: [{name, backend, milliseconds, ...}]
`

function options() {
  try {
    return parseArgs({
      options: {
        peer: { type: "boolean", default: false },
        stock: { type: "boolean", default: false },
        profile: { type: "string" },
        python: { type: "string", default: "python3" },
        backend: { type: "string", default: "native,wasm" },
        only: { type: "string" },
        threads: { type: "string", default: String(availableParallelism()) },
        repeats: { type: "string", default: "40" },
        rounds: { type: "string", default: "3" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n\n${usage}`)
    return process.exit(2)
  }
}

const chosen = options()
if (chosen.help) {
  process.stdout.write(usage)
  process.exit(0)
}
// The native library reads the thread counts once, when it is loaded; hence before the import.
process.env["TF_NUM_INTRAOP_THREADS"] = chosen.threads
process.env["TF_NUM_INTEROP_THREADS"] = chosen.threads
const { runBench } = await import("./run-bench.ts")
const { profileBench } = await import("./profile-bench.ts")
try {
  if (chosen.profile !== undefined) await profileBench(chosen.profile, { json: chosen.json, repeats: Number(chosen.repeats) })
  else
    await runBench({
      backends: chosen.backend.split(","),
      only: chosen.only?.split(","),
      peer: chosen.peer ? chosen.python : undefined,
      stock: chosen.stock,
      threads: Number(chosen.threads),
      repeats: Number(chosen.repeats),
      rounds: Number(chosen.rounds),
      json: chosen.json,
    })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = (error as { code?: string }).code === "CONFIG" ? 2 : 1
}
