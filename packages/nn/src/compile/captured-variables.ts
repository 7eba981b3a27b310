import type * as tf from "../backend/tf.ts"
import type { ResourceVariables } from "../optimizer/optimizer.ts"
import type { FlatParameters } from "../parameters.ts"
import { type AttributeValue, DataType, type Graph, type GraphNode, type GraphOutput } from "./graph.ts"
import type { Trace } from "./trace.ts"

/** The resource variables of a graph: their handles, and the operations that set and read all of them. */
export interface GraphVariables {
  readonly names: readonly string[]
  handle(name: string): GraphNode
  /** Feed these, in the order of `names`, and fetch `assigned`. */
  readonly initial: readonly GraphNode[]
  readonly assigned: readonly GraphOutput[]
  /** Fetch these for the values. */
  readonly values: readonly GraphOutput[]
}

const float: AttributeValue = { kind: "type", value: DataType.float }

/** One float variable for each name. */
export function graphVariables(graph: Graph, shapes: Readonly<Record<string, readonly number[]>>): GraphVariables {
  const names = Object.keys(shapes)
  const handles = new Map<string, GraphNode>()
  const initial: GraphNode[] = []
  const assignments: GraphNode[] = []
  const values: GraphOutput[] = []
  for (const [name, dimensions] of Object.entries(shapes)) {
    const shape: AttributeValue = { kind: "shape", value: dimensions }
    const handle = graph.add("VarHandleOp", [], {
      dtype: float,
      shape,
      shared_name: { kind: "string", value: name },
      container: { kind: "string", value: "" },
    })
    const given = graph.add("Placeholder", [], { dtype: float, shape })
    // A variable that took the fed buffer itself would later update memory that belongs to JavaScript.
    const copy = graph.add("DeepCopy", [{ node: given, index: 0 }], { T: float })
    handles.set(name, handle)
    initial.push(given)
    assignments.push(
      graph.add(
        "AssignVariableOp",
        [
          { node: handle, index: 0 },
          { node: copy, index: 0 },
        ],
        { dtype: float, validate_shape: { kind: "bool", value: false } },
      ),
    )
    values.push({ node: graph.add("ReadVariableOp", [{ node: handle, index: 0 }], { dtype: float }), index: 0 })
  }
  const assigned = graph.add(
    "Identity",
    [graph.constant(DataType.int32, [], new Uint8Array(4))],
    { T: { kind: "type", value: DataType.int32 } },
    assignments,
  )
  return { names, handle: (name) => handles.get(name)!, initial, assigned: [{ node: assigned, index: 0 }], values }
}

/** Variables as one traced step uses them: reads and writes become nodes, in the order of the calls. */
export interface CapturedVariables extends ResourceVariables {
  /** The nodes after which every variable has its new value. */
  written(): GraphNode[]
}

/** @param present - tensors of the right shapes to compute with during the trace; nothing is written to them */
export function capturedVariables(
  graph: Graph,
  trace: Trace,
  { handle, names }: GraphVariables,
  present: FlatParameters,
): CapturedVariables {
  const lastWrite = new Map<string, GraphNode>()
  const reads = new Map<string, GraphNode[]>()
  return {
    read(name) {
      const write = lastWrite.get(name)
      const node = graph.add("ReadVariableOp", [{ node: handle(name), index: 0 }], { dtype: float }, write ? [write] : [])
      reads.set(name, [...(reads.get(name) ?? []), node])
      return trace.declare(present[name]!, { node, index: 0 })
    },
    apply(operation, targets, inputs, attributes = {}) {
      const after = targets.flatMap((name) => [...(reads.get(name) ?? []), ...(lastWrite.has(name) ? [lastWrite.get(name)!] : [])])
      const type = operation.startsWith("Assign") ? "dtype" : "T"
      const flags = Object.entries(attributes).map(([name, value]) => [name, { kind: "bool", value }] as const)
      const arguments_ = [...targets.map((name) => ({ node: handle(name), index: 0 })), ...inputs.map((tensor) => trace.outputOf(tensor))]
      const node = graph.add(operation, arguments_, { [type]: float, ...Object.fromEntries(flags) }, after)
      for (const name of targets) {
        lastWrite.set(name, node)
        reads.delete(name)
      }
    },
    names: (group) => names.filter((name) => name.startsWith(`${group}.`)).map((name) => name.slice(group.length + 1)),
    written: () => [...new Set(lastWrite.values())],
  }
}

/** Present values of the variables by name, as `present` of `capturedVariables` and `TrainStep.state` want them. */
export const byName = (names: readonly string[], values: readonly tf.Tensor[]): FlatParameters =>
  Object.fromEntries(names.map((name, i) => [name, values[i]!]))
