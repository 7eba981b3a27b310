import { spawnSync } from "node:child_process"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { z } from "zod"

const results = z.array(z.object({ name: z.string(), milliseconds: z.number(), threads: z.number() }))

/** Milliseconds of one training step in stock TensorFlow.js on its wasm backend, run in a process of its own. */
export function timeStockWasm(name: string, { repeats }: { repeats: number }): number {
  const script = fileURLToPath(new URL("stock-wasm.js", import.meta.url))
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, name, String(repeats)], { encoding: "utf8" })
  if (error !== undefined || status !== 0) throw new Error(`bench --stock: ${error?.message ?? stderr.trim().split("\n").at(-1)}`)
  return results.parse(JSON.parse(stdout))[0]!.milliseconds
}

/** PyTorch's milliseconds of one case, run in a process of its own. */
export function timePyTorch(name: string, { python, threads, repeats }: { python: string; threads: number; repeats: number }): number {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "peers", "pytorch.py")
  const args = [script, "--threads", String(threads), "--repeats", String(repeats), "--only", name]
  const { status, stdout, stderr, error } = spawnSync(python, args, {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  })
  if (error !== undefined || status !== 0) {
    const reason = error?.message ?? stderr.trim().split("\n").at(-1)
    throw new Error(`bench --peer: expected a Python with PyTorch (pip install torch), got: ${reason}; name one with --python`)
  }
  return results.parse(JSON.parse(stdout))[0]!.milliseconds
}
