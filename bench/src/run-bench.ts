import { ConfigError, selectBackend, type BackendName } from "@scalewise/nn"
import { cases, type Mode, type Timing } from "./cases.ts"
import { timePyTorch, timeStockWasm } from "./peer.ts"

/** What to time. */
export interface BenchOptions {
  backends: readonly string[]
  only: readonly string[] | undefined
  /** The Python that has PyTorch, or undefined for no peer. */
  peer: string | undefined
  /** Whether to time stock TensorFlow.js beside the wasm backend. */
  stock: boolean
  threads: number
  repeats: number
  rounds: number
  json: boolean
}

interface Row extends Timing {
  backend: string
  threads: number
  /** Milliseconds of PyTorch in the same minutes. */
  pytorch?: number | undefined
  /** Wall time over PyTorch's. */
  ratio?: number | undefined
  /** Milliseconds of stock TensorFlow.js on wasm in the same minutes. */
  stock?: number | undefined
  /** Its wall time over ours. */
  timesFaster?: number | undefined
}

/**
 * Times every case on every backend. With peers, they and Scalewise take turns `rounds` times and the smallest
 * reading of each counts, so that a busy machine slows both alike.
 */
export async function runBench({ backends, only, peer, stock, threads, repeats, rounds, json }: BenchOptions): Promise<void> {
  const rows: Row[] = []
  const unknown = only?.filter((name) => !cases.some((one) => one.name === name)) ?? []
  if (unknown.length > 0)
    throw new ConfigError(`bench: expected cases among ${cases.map(({ name }) => name).join(", ")}, got ${unknown.join(", ")}`)
  for (const backend of backends) {
    const report = await selectBackend({ prefer: backend as BackendName })
    if (report.name !== backend) throw new Error(`bench: ${report.reason}`)
    for (const one of cases.filter(({ name }) => only === undefined || only.includes(name))) {
      const modes: Mode[] = backend === "native" && one.hasPeer ? ["captured", "eager"] : ["eager"]
      const found = new Map<string, Row>()
      let pytorch = Infinity
      let stockWasm = Infinity
      const isBesideStock = stock && backend === "wasm" && one.hasStock === true
      for (let round = 0; round < (one.hasPeer ? rounds : 1); round++) {
        if (peer !== undefined && one.hasPeer)
          pytorch = Math.min(pytorch, timePyTorch(one.name, { python: peer, threads: backend === "native" ? threads : 1, repeats }))
        if (isBesideStock) stockWasm = Math.min(stockWasm, timeStockWasm(one.name, { repeats: 3 }))
        for (const mode of modes)
          for (const timing of await one.time({ mode, repeats: backend === "native" ? repeats : Math.max(3, Math.round(repeats / 8)) })) {
            const key = `${timing.name} ${timing.mode}`
            const old = found.get(key)
            if (old === undefined || timing.milliseconds < old.milliseconds)
              found.set(key, { ...timing, backend, threads: report.threads, ...(old && { firstMilliseconds: old["firstMilliseconds"] }) })
          }
      }
      for (const row of found.values()) {
        if (Number.isFinite(pytorch)) Object.assign(row, { pytorch, ratio: row.milliseconds / pytorch })
        if (isBesideStock) Object.assign(row, { stock: stockWasm, timesFaster: stockWasm / row.milliseconds })
        rows.push(row)
        if (!json) process.stdout.write(`${line(row)}\n`)
      }
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
}

const figure = (value: number): string => value.toFixed(value < 10 ? 2 : 1)

function line({ name, backend, threads, mode, milliseconds, pytorch, ratio, stock, timesFaster, ...rest }: Row): string {
  const where = `${backend}, ${threads} thread${threads === 1 ? "" : "s"}${mode === undefined ? "" : `, ${mode}`}`
  const extra = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === "number" ? figure(value) : value}`)
  const peer = pytorch === undefined || ratio === undefined ? [] : [`PyTorch ${figure(pytorch)} ms`, `ratio ${ratio.toFixed(2)}`]
  const beside =
    stock === undefined || timesFaster === undefined ? [] : [`stock tfjs ${figure(stock)} ms`, `${timesFaster.toFixed(1)} x faster`]
  return [`${name.padEnd(26)} ${where.padEnd(30)} ${figure(milliseconds).padStart(8)} ms`, ...peer, ...beside, ...extra].join("   ")
}
