import { bytesField, concatenated, floatField, integerField, messageField, stringField } from "./protobuf.ts"

/** TensorFlow's numbers for element types. */
export const DataType = { float: 1, double: 2, int32: 3, string: 7, int64: 9, bool: 10, resource: 20 } as const

/** The value of an attribute of an operation, tagged as in AttrValue. */
export type AttributeValue =
  | { readonly kind: "type" | "int" | "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints" | "floats" | "shape"; readonly value: readonly number[] }
  | {
      readonly kind: "tensor"
      readonly dtype: number
      readonly shape: readonly number[]
      readonly bytes: Uint8Array
      readonly splat: boolean
    }

/** One operation of a TensorFlow graph. */
export interface GraphNode {
  readonly name: string
  readonly operation: string
  readonly inputs: readonly GraphOutput[]
  /** Operations that must have run before. */
  readonly after: readonly GraphNode[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** Of its first result, where it is known. */
  readonly shape: readonly number[] | undefined
  /** Position in the order of creation; inputs come before. */
  readonly order: number
}

/** One of the values that an operation produces. */
export interface GraphOutput {
  readonly node: GraphNode
  readonly index: number
}

/** A growing TensorFlow graph. */
export interface Graph {
  add(
    operation: string,
    inputs: readonly GraphOutput[],
    attributes: Readonly<Record<string, AttributeValue>>,
    after?: readonly GraphNode[],
    shape?: readonly number[],
  ): GraphNode
  /** A constant; equal ones are one node. The bytes are little-endian; all elements equal (`splat`) store one. */
  constant(dtype: number, shape: readonly number[], bytes: Uint8Array): GraphOutput
}

const splattable = new Set<number>([DataType.float, DataType.int32, DataType.int64, DataType.bool])

/** An empty graph. */
export function createGraph(): Graph {
  const constants = new Map<string, GraphNode>()
  let count = 0
  const add: Graph["add"] = (operation, inputs, attributes, after = [], shape) => {
    const order = count++
    return { name: `n${order}`, operation, inputs, after, attributes, shape, order }
  }
  return {
    add,
    constant(dtype, shape, bytes) {
      const make = (): GraphNode => {
        const elements = shape.reduce((product, length) => product * length, 1)
        const width = bytes.length / elements
        const splat = elements > 4 && splattable.has(dtype) && isSplat(bytes, width)
        const value = splat ? bytes.slice(0, width) : bytes.slice()
        return add("Const", [], { dtype: { kind: "type", value: dtype }, value: { kind: "tensor", dtype, shape, bytes: value, splat } })
      }
      if (bytes.length > 256) return { node: make(), index: 0 }
      const key = `${dtype} [${shape.join()}] ${bytes.join()}`
      if (!constants.has(key)) constants.set(key, make())
      return { node: constants.get(key)!, index: 0 }
    },
  }
}

/** Whether all elements of `width` bytes are the same. */
export function isSplat(bytes: Uint8Array, width: number): boolean {
  for (let i = width; i < bytes.length; i++) if (bytes[i] !== bytes[i - width]) return false
  return true
}

/** Everything that the given nodes need, each once. */
export function reachable(roots: readonly GraphNode[]): Set<GraphNode> {
  const found = new Set<GraphNode>()
  const open = [...roots]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue
    found.add(node)
    for (const input of node.inputs) open.push(input.node)
    open.push(...node.after)
  }
  return found
}

// Field numbers: tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/*.proto.
const shapeMessage = (shape: readonly number[]): Uint8Array => concatenated(shape.map((size) => messageField(2, integerField(1, size))))

function attributeMessage(attribute: AttributeValue): Uint8Array {
  switch (attribute.kind) {
    case "string":
      return stringField(2, attribute.value)
    case "int":
      return integerField(3, attribute.value)
    case "float":
      return floatField(4, attribute.value)
    case "bool":
      return integerField(5, attribute.value)
    case "type":
      return integerField(6, attribute.value)
    case "shape":
      return bytesField(7, shapeMessage(attribute.value))
    case "ints":
      return messageField(1, ...attribute.value.map((value) => integerField(3, value)))
    case "floats":
      return messageField(1, ...attribute.value.map((value) => floatField(4, value)))
    case "tensor": {
      const { dtype, shape, bytes, splat } = attribute
      return messageField(
        8,
        integerField(1, dtype),
        bytesField(2, shapeMessage(shape)),
        splat ? splatField(dtype, bytes) : bytesField(4, bytes),
      )
    }
  }
}

/** One element that stands for all of a TensorProto: float_val = 5, int_val = 7, int64_val = 10, bool_val = 11. */
function splatField(dtype: number, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (dtype === DataType.float) return floatField(5, view.getFloat32(0, true))
  if (dtype === DataType.int32) return integerField(7, view.getInt32(0, true))
  if (dtype === DataType.int64) return integerField(10, Number(view.getBigInt64(0, true)))
  return integerField(11, view.getUint8(0))
}

function nodeMessage({ name, operation, inputs, after, attributes }: GraphNode): Uint8Array {
  return concatenated([
    stringField(1, name),
    stringField(2, operation),
    ...inputs.map(({ node, index }) => stringField(3, index === 0 ? node.name : `${node.name}:${index}`)),
    ...[...new Set(after)].map((node) => stringField(3, `^${node.name}`)),
    ...Object.entries(attributes).map(([key, value]) => messageField(5, stringField(1, key), bytesField(2, attributeMessage(value)))),
  ])
}

/** GraphDef producer version: what TensorFlow 2.12 and later write; older libraries accept it too. */
const producer = 1482

/** A SavedModel (tag `serve`) with the given nodes and all that they need. */
export function encodeSavedModel(roots: readonly GraphNode[]): Uint8Array {
  const graph = [...reachable(roots)].map((node) => bytesField(1, nodeMessage(node)))
  const metaGraph = [messageField(1, stringField(4, "serve")), messageField(2, ...graph, messageField(4, integerField(1, producer)))]
  return concatenated([integerField(1, 1), messageField(2, ...metaGraph)])
}
