import { ConfigError } from "../errors.ts"
import * as tf from "./tf.ts"

/** "native": libtensorflow by tfjs-node. "webgpu": a GPU. "wasm": everywhere. "cpu": plain JavaScript. */
export type BackendName = "native" | "webgpu" | "wasm" | "cpu"

/** Which backend computes, and why not a faster one. */
export interface BackendReport {
  readonly name: BackendName
  /** One sentence: why this one. */
  readonly reason: string
  /** Threads that one operation may use. */
  readonly threads: number
  /** What to do to get a faster one, where there is something to do. */
  readonly advice?: string
}

/** Options of `selectBackend`. */
export interface SelectBackendOptions {
  /** The one to try first. Where it cannot be had, the next best is taken and the report says so. @defaultValue the best */
  readonly prefer?: BackendName | undefined
  /** Browsers: the folder that serves the .wasm files of @tensorflow/tfjs-backend-wasm; counts until wasm has first been tried. @defaultValue the package's own files */
  readonly wasmPath?: string | undefined
}

/** Tried in this order; a GPU is used only where it is asked for. */
const ranking: readonly BackendName[] = ["native", "wasm", "cpu"]

const registered: Record<BackendName, string> = { native: "tensorflow", webgpu: "webgpu", wasm: "wasm", cpu: "cpu" }

const nativeAdvice = "Run `pnpm doctor` to see what the native backend needs, and install @tensorflow/tfjs-node where it is missing."

/**
 * Makes the best backend of this machine the one that computes, and says which and why. Call it once, before the first tensor;
 * calling it again is harmless. The number of native threads is read from TF_NUM_INTRAOP_THREADS and
 * TF_NUM_INTEROP_THREADS (default: all cores) when the native library is first loaded.
 */
export async function selectBackend({ prefer, wasmPath }: SelectBackendOptions = {}): Promise<BackendReport> {
  const order = prefer === undefined ? ranking : [prefer, ...ranking.filter((name) => name !== prefer)]
  const failures: string[] = []
  let isNativeMissing = false
  for (const name of order) {
    const failure = await load(name, wasmPath)
    if (failure === undefined) return report(name, prefer, failures, isNativeMissing)
    failures.push(`${name} is not available: ${failure}`)
    if (name === "native") isNativeMissing = true
  }
  throw new ConfigError(`selectBackend: no backend starts; ${failures.join("; ")}`)
}

/** The backends that start on this machine, best first. WebGPU is listed only where its packages are installed. */
export async function availableBackends(): Promise<BackendName[]> {
  const present = tf.getBackend()
  const found: BackendName[] = []
  for (const name of ["native", "webgpu", "wasm", "cpu"] as const) if ((await load(name)) === undefined) found.push(name)
  if (present) await tf.setBackend(present)
  return found
}

async function report(
  name: BackendName,
  prefer: BackendName | undefined,
  failures: readonly string[],
  isNativeMissing: boolean,
): Promise<BackendReport> {
  const why =
    name === prefer ? `${name} was asked for` : name === "native" ? "native is the fastest on this machine" : `${name} is the next best`
  const kernels = name === "wasm" ? [`its training kernels are Scalewise's own, with ${hasRelaxedSimd ? "relaxed" : "standard"} SIMD`] : []
  const reason = [...failures, why, ...kernels].join("; ")
  const threads = name === "native" ? Number(process.env.TF_NUM_INTRAOP_THREADS) || (await coreCount()) : 1
  if (isNativeMissing && isNode) return { name, reason, threads, advice: nativeAdvice }
  if (name === prefer && (name === "cpu" || (name === "wasm" && isNode)))
    return { name, reason, threads, advice: "Leave out the preference to use the fastest backend of this machine." }
  return { name, reason, threads }
}

const isNode = typeof process !== "undefined" && process.versions?.node !== undefined

/** The process has one TensorFlow.js, so each backend is prepared once, and a failure is not tried again. */
const attempts = new Map<BackendName, Promise<string | undefined>>()

/** Makes the backend current. Returns undefined, or why it cannot be had. The packages are loaded once. */
async function load(name: BackendName, wasmPath?: string): Promise<string | undefined> {
  let attempt = attempts.get(name)
  if (attempt === undefined) {
    attempt = prepare(name, wasmPath).then(() => undefined, explain)
    attempts.set(name, attempt)
  }
  const failure = await attempt
  if (failure !== undefined) return failure
  try {
    if (await tf.setBackend(registered[name])) return undefined
  } catch (error) {
    return explain(error)
  }
  return "its initialisation failed"
}

async function prepare(name: BackendName, wasmPath: string | undefined): Promise<void> {
  if (name === "native") await prepareNative()
  else if (name === "webgpu") await prepareWebgpu()
  else if (name === "wasm") await prepareWasm(wasmPath)
  else quietCpu()
}

async function prepareNative(): Promise<void> {
  if (!isNode) throw new ConfigError("it needs Node")
  const previous = tf.getBackend()
  const cores = String(await coreCount())
  // libtensorflow reads these once, when it is loaded. A captured step has parallel branches: inter-op threads help it too.
  process.env.TF_NUM_INTRAOP_THREADS ??= cores
  process.env.TF_NUM_INTEROP_THREADS ??= cores
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"
  // Left alone, TensorFlow uses oneDNN on Intel's processors only; convolutions gain up to twice the speed on others too.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1"
  // tfjs-node 4.22 calls two functions that Node 22 warns about and Node 23 removed.
  const { default: util } = (await import("node:util")) as unknown as { default: Record<string, unknown> }
  util.isNullOrUndefined = (value: unknown) => value == null
  util.isArray = Array.isArray
  try {
    await importOptional("@tensorflow/tfjs-node")
  } catch (error) {
    // Its import may have registered itself before it failed.
    if (tf.findBackendFactory("tensorflow")) tf.removeBackend("tensorflow")
    if (previous) await tf.setBackend(previous)
    throw error
  }
}

let hasRelaxedSimd = false

async function prepareWasm(wasmPath: string | undefined): Promise<void> {
  const wasm = await import("@tensorflow/tfjs-backend-wasm")
  if (wasmPath !== undefined) wasm.setWasmPaths(wasmPath)
  // The kernels below have one thread and cannot live in a memory that threads share.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false)
  if (!(await tf.setBackend(registered.wasm))) return // said by the caller
  const { installKernels } = await import("@scalewise/wasm-kernels")
  hasRelaxedSimd = installKernels().relaxedSimd
}

async function prepareWebgpu(): Promise<void> {
  if (isNode) {
    const dawn = await importOptional<{ create(flags: string[]): unknown; globals: object }>("webgpu")
    // Dawn lives as long as this object, so it hangs on the global navigator, where tfjs looks for it too.
    const scope = globalThis as unknown as Record<string, unknown>
    Object.assign(scope, dawn.globals)
    scope.window ??= globalThis
    Object.defineProperty(scope, "navigator", { value: { gpu: dawn.create([]) }, configurable: true })
  }
  await importOptional("@tensorflow/tfjs-backend-webgpu")
}

/** An import that no bundler follows and that may fail. */
const importOptional = async <Module>(name: string): Promise<Module> => (await import(/* @vite-ignore */ name)) as Module

/** Plain JavaScript prints a banner at its first use in Node that recommends tfjs-node; the report says it better. */
function quietCpu(): void {
  const backend = tf.findBackend("cpu") as unknown as { firstUse?: boolean } | null
  if (backend) backend.firstUse = false
}

async function coreCount(): Promise<number> {
  if (!isNode) return 1
  const { availableParallelism } = await import("node:os")
  return availableParallelism()
}

function explain(error: unknown): string {
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown }
  if (cause !== undefined) return explain(cause)
  const text = String(message ?? error)
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1]
  if (missing !== undefined && !missing.startsWith("/")) return `install the package ${missing}`
  if (/native addon module/.test(text)) return "its compiled addon is missing"
  const first = text.split("\n")[0]!
  return code === "ERR_DLOPEN_FAILED" ? `its compiled addon does not load (${first})` : first
}
