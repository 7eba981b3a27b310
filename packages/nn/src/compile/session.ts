import type * as tf from "../backend/tf.ts"
import { type NativeBackend, nativeBackend } from "../backend/native-backend.ts"
import { encodeSavedModel, type GraphNode, type GraphOutput } from "./graph.ts"
import { refuseNested } from "./trace.ts"

/** What of tfjs-node's backend and binding capturing needs. */
export interface SessionBackend extends NativeBackend {
  readonly binding: NativeBackend["binding"] &
    Readonly<Record<"TF_INT64" | "TF_ATTR_FLOAT", number>> & {
      loadSavedModel(folder: string, tags: string): number
      deleteSavedModel(id: number): void
      runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): object[]
      tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array
      deleteTensor(id: number): void
    }
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
  createOutputTensor(metadata: object): tf.Tensor
  readSync(dataId: object): unknown
  read(dataId: object): Promise<unknown>
  write(values: unknown, shape: number[], dtype: string): object
}

/** The native backend, if it is in use and can run graphs. */
export function sessionBackend(): SessionBackend | undefined {
  const backend = nativeBackend() as SessionBackend | undefined
  return typeof backend?.binding.loadSavedModel === "function" && typeof process !== "undefined" && "getBuiltinModule" in process
    ? backend
    : undefined
}

/** A TensorFlow session over one graph. Its resource variables live until `dispose`. */
export interface Session {
  /**
   * Feeds placeholders and fetches values; the caller disposes what is returned.
   * @throws CaptureError while a computation is being recorded
   */
  run(placeholders: readonly GraphNode[], values: readonly tf.Tensor[], fetches: readonly GraphOutput[]): tf.Tensor[]
  dispose(): void
}

/** Loads the part of a graph that the roots need. The binding reads graphs from a folder only: it is gone again on return. */
export function openSession(backend: SessionBackend, roots: readonly GraphNode[]): Session {
  const fs = process.getBuiltinModule("node:fs")
  const os = process.getBuiltinModule("node:os")
  const path = process.getBuiltinModule("node:path")
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `scalewise-graph-${process.pid}-`))
  let id: number | undefined
  try {
    fs.writeFileSync(path.join(folder, "saved_model.pb"), encodeSavedModel(roots))
    id = backend.binding.loadSavedModel(folder, "serve")
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  const session = id
  const placeholderNames = new WeakMap<readonly GraphNode[], string>()
  const fetchNames = new WeakMap<readonly GraphOutput[], string>()
  const remembered = <T extends object>(cache: WeakMap<T, string>, list: T, make: () => string): string => {
    if (!cache.has(list)) cache.set(list, make())
    return cache.get(list)!
  }
  return {
    run(placeholders, values, fetches) {
      refuseNested()
      const inputs = remembered(placeholderNames, placeholders, () => placeholders.map(({ name }) => `${name}:0`).join())
      const outputs = remembered(fetchNames, fetches, () => fetches.map(({ node, index }) => `${node.name}:${index}`).join())
      const results = backend.binding.runSavedModel(session, backend.getInputTensorIds(values), inputs, outputs)
      return results.map((metadata) => backend.createOutputTensor(metadata))
    },
    dispose: () => backend.binding.deleteSavedModel(session),
  }
}
