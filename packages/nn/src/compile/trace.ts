import type { NativeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import { CaptureError } from "./capture-error.ts"
import { type AttributeValue, DataType, type Graph, type GraphNode, type GraphOutput, isSplat } from "./graph.ts"
import type { SessionBackend } from "./session.ts"

/** What a recorded computation can be asked while it runs. */
export interface Trace {
  /** A tensor of the same value that the graph knows as `output`: use it in place of the original. */
  declare(tensor: tf.Tensor, output: GraphOutput): tf.Tensor
  /** Where the graph has the value of a tensor; one that was not computed in the trace becomes a constant. */
  outputOf(tensor: tf.Tensor): GraphOutput
}

const dataTypes: Readonly<Record<string, number>> = { float32: DataType.float, int32: DataType.int32, bool: DataType.bool }

/** TensorFlow's number for the element type of a tensor. */
export function dataTypeOf({ dtype }: { readonly dtype: string }): number {
  const type = dataTypes[dtype]
  if (type === undefined)
    throw new CaptureError(`capture: expected tensors of float32, int32 or bool, got ${dtype}; cast it outside the step`)
  return type
}

/** Larger tensors (bytes) that are neither input nor parameter are refused: they are data, and would be frozen into the graph. */
const largestConstant = 2 ** 20
/** Results (bytes) up to which operations on constants are done once, at trace time. */
const largestFolded = 2 ** 16
/** Operations that give other values each time. */
const isRandom = /Random|Multinomial/
/** Floats of this number made from JavaScript values inside the step are refused: they may be random numbers. */
const largestLiteral = 16

let depth = 0

/** Whether a computation is being recorded: a compiled function called inside must then run operation by operation. */
export const isRecording = (): boolean => depth > 0

/** @throws CaptureError while a computation is being recorded: a session or another recording inside would be missing from its graph */
export function refuseNested(): void {
  if (isRecording())
    throw new CaptureError(
      "capture: a compiled step is used inside a step that is being captured; hand its parameters over as inputs instead",
    )
}

/**
 * Runs `body` once, operation by operation, and adds every operation of the native backend that it executes to the graph.
 * What was computed is real; only the graph outlives it.
 *
 * @throws CaptureError where a tensor is read back to JavaScript, is made from JavaScript numbers, or cannot be expressed, and inside another recording
 */
export function record<T>(backend: SessionBackend, graph: Graph, body: (trace: Trace) => T): T {
  // Tensors that share their data (a clone) are one value in the graph; the data ids of a backend are never used again.
  refuseNested()
  const outputs = new Map<object, GraphOutput>()
  const literals = new Set<object>()
  const { executeSingleOutput, executeMultipleOutputs, readSync, read, write } = backend

  const outputOf = (tensor: tf.Tensor): GraphOutput => {
    const dataId = tensor.dataId as object | undefined
    const known = dataId && outputs.get(dataId)
    if (known) return known
    const output = constantOf(backend, graph, tensor, dataId !== undefined && literals.has(dataId))
    if (dataId) outputs.set(dataId, output)
    return output
  }
  const note = (
    operation: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly tf.Tensor[],
    results: readonly tf.Tensor[],
  ): void => {
    if (isRandom.test(operation)) {
      throw new CaptureError(
        `capture: ${operation} draws random numbers inside the step, which no resume could repeat; draw them outside and pass them as inputs`,
      )
    }
    const sources = inputs.map(outputOf)
    const shortcut = results.length === 1 ? folded(operation, inputs, sources, results[0]!) : undefined
    if (shortcut) {
      outputs.set(results[0]!.dataId, shortcut)
      return
    }
    // The one kernel of tfjs-node that leaves an attribute to be inferred, which graphs do not do.
    const inferred: Record<string, AttributeValue> =
      operation === "ExpandDims" ? { T: { kind: "type", value: dataTypeOf(inputs[0]!) } } : {}
    const node = graph.add(operation, sources, { ...inferred, ...attributeValues(backend, operation, attributes) }, [], results[0]?.shape)
    for (const [index, result] of results.entries()) outputs.set(result.dataId, { node, index })
  }
  /** A result that needs no operation: computed from constants alone, or multiplied by one as the gradients of sums are. */
  const folded = (
    operation: string,
    inputs: readonly tf.Tensor[],
    sources: readonly GraphOutput[],
    result: tf.Tensor,
  ): GraphOutput | undefined => {
    if (operation === "Mul") {
      const other = isOne(sources[0]!) ? 1 : isOne(sources[1]!) ? 0 : undefined
      if (other !== undefined && inputs[other]!.shape.join() === result.shape.join()) return sources[other]
    }
    if (sources.length === 0 || !sources.every(({ node }) => node.operation === "Const")) return undefined
    const values = readSync.call(backend, result.dataId) as Float32Array
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    const isSmall = bytes.length <= largestFolded || isSplat(bytes, values.BYTES_PER_ELEMENT)
    return isSmall && dataTypes[result.dtype] ? graph.constant(dataTypeOf(result), result.shape, bytes) : undefined
  }
  const refuseRead = (dataId: object): void => {
    const output = outputs.get(dataId)
    if (output && output.node.operation !== "Const") {
      throw new CaptureError(
        `capture: the result of ${output.node.operation} is read back to JavaScript inside the step; return it with the loss and read it ` +
          `after run(), or compute with tensors only`,
      )
    }
  }
  const gather = tf.getKernel("GatherV2", "tensorflow")
  depth++
  try {
    Object.assign(backend, {
      executeSingleOutput(name: string, attributes: readonly NativeAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor {
        const result = executeSingleOutput.call(backend, name, attributes, inputs)
        note(name, attributes, inputs, [result])
        return result
      },
      executeMultipleOutputs(
        name: string,
        attributes: readonly NativeAttribute[],
        inputs: readonly tf.Tensor[],
        count: number,
      ): tf.Tensor[] {
        const results = executeMultipleOutputs.call(backend, name, attributes, inputs, count)
        note(name, attributes, inputs, results)
        return results
      },
      readSync(dataId: object): unknown {
        refuseRead(dataId)
        return readSync.call(backend, dataId)
      },
      async read(dataId: object): Promise<unknown> {
        refuseRead(dataId)
        return read.call(backend, dataId)
      },
      write(values: unknown, shape: number[], dtype: string): object {
        const dataId = write.call(backend, values, shape, dtype)
        literals.add(dataId)
        return dataId
      },
    })
    replaceGather(gather, backend)
    return body({
      declare(tensor, output) {
        const type: NativeAttribute = { name: "T", type: backend.binding.TF_ATTR_TYPE, value: dataTypeOf(tensor) }
        const twin = executeSingleOutput.call(backend, "Identity", [type], [tensor])
        outputs.set(twin.dataId, output)
        return twin
      },
      outputOf,
    })
  } finally {
    depth--
    // The methods live on the prototype.
    for (const name of ["executeSingleOutput", "executeMultipleOutputs", "readSync", "read", "write"] as const)
      delete (backend as Partial<SessionBackend>)[name]
    tf.unregisterKernel("GatherV2", "tensorflow")
    tf.registerKernel(gather)
  }
}

/** Whether a value is a constant whose elements are all 1. */
function isOne({ node }: GraphOutput): boolean {
  const value = node.attributes["value"]
  if (node.operation !== "Const" || value?.kind !== "tensor" || value.dtype !== DataType.float || value.bytes.length !== 4) return false
  return new DataView(value.bytes.buffer, value.bytes.byteOffset).getFloat32(0, true) === 1
}

function constantOf(backend: SessionBackend, graph: Graph, tensor: tf.Tensor, isLiteral: boolean): GraphOutput {
  // int64 scalars of tfjs-node are no tensors: two 32-bit halves and no data id.
  const halves = (tensor as unknown as { valueArray?: Int32Array }).valueArray
  if (halves) return graph.constant(DataType.int64, [], new Uint8Array(halves.buffer, halves.byteOffset, 8))
  if (tensor instanceof tf.Variable) {
    throw new CaptureError(`capture: the step uses the tf.Variable "${tensor.name}", which can change; make it a parameter or an input`)
  }
  const dtype = dataTypeOf(tensor)
  const values = Object.getPrototypeOf(backend).readSync.call(backend, tensor.dataId) as Float32Array
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const where = `a ${tensor.dtype} tensor [${tensor.shape.join(", ")}]`
  if (!isSplat(bytes, values.BYTES_PER_ELEMENT)) {
    if (bytes.length > largestConstant) {
      throw new CaptureError(
        `capture: ${where} is neither an input nor a parameter of the step, so its numbers would be frozen; pass it as an input`,
      )
    }
    if (isLiteral && !tensor.kept && tensor.dtype === "float32" && values.length > largestLiteral) {
      throw new CaptureError(
        `capture: ${where} is made from JavaScript numbers inside the step, and would be the same in every step; pass it as an input, ` +
          `or make it once outside`,
      )
    }
  }
  return graph.constant(dtype, tensor.shape, bytes)
}

function attributeValues(
  backend: SessionBackend,
  operation: string,
  attributes: readonly NativeAttribute[],
): Record<string, AttributeValue> {
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_STRING, TF_ATTR_SHAPE } = backend.binding
  const converted: Record<string, AttributeValue> = {}
  for (const { name, type, value } of attributes) {
    const kind = (
      {
        [TF_ATTR_TYPE]: "type",
        [TF_ATTR_INT]: "int",
        [TF_ATTR_FLOAT]: "float",
        [TF_ATTR_BOOL]: "bool",
        [TF_ATTR_STRING]: "string",
        [TF_ATTR_SHAPE]: "shape",
      } as const
    )[type]
    if (kind === undefined || (Array.isArray(value) && (kind === "type" || kind === "bool" || kind === "string"))) {
      throw new CaptureError(
        `capture: ${operation} has an attribute "${name}" of a kind that cannot be captured; run this step in mode "eager"`,
      )
    }
    const listed = Array.isArray(value) && kind !== "shape" ? (`${kind}s` as "ints" | "floats") : kind
    converted[name] = { kind: listed, value } as AttributeValue
  }
  return converted
}

/** tfjs-node's gather reads the indices back to check them, which TensorFlow does anyhow. */
function replaceGather(original: tf.KernelConfig, backend: SessionBackend): void {
  tf.unregisterKernel("GatherV2", "tensorflow")
  tf.registerKernel({
    ...original,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, indices } = inputs as Record<"x" | "indices", tf.Tensor>
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number }
      const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding
      const position = tf.scalar(axis, "int32")
      const result = backend.executeSingleOutput(
        "GatherV2",
        [
          { name: "batch_dims", type: TF_ATTR_INT, value: batchDims },
          { name: "Tparams", type: TF_ATTR_TYPE, value: dataTypeOf(x) },
          { name: "Tindices", type: TF_ATTR_TYPE, value: dataTypeOf(indices) },
          { name: "Taxis", type: TF_ATTR_TYPE, value: DataType.int32 },
        ],
        [x, indices, position],
      )
      position.dispose()
      return result
    },
  })
}

/** The node that stands for a value which the caller gives at each run. */
export function placeholder(graph: Graph, tensor: { readonly dtype: string; readonly shape: readonly number[] }): GraphNode {
  return graph.add("Placeholder", [], { dtype: { kind: "type", value: dataTypeOf(tensor) }, shape: { kind: "shape", value: tensor.shape } })
}
