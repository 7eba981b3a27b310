import * as tf from "../backend/tf.ts"
import { orCaptureError } from "./capture-error.ts"
import { type AttributeValue, DataType, type Graph, type GraphNode, type GraphOutput, reachable } from "./graph.ts"
import { openSession, type Session, type SessionBackend } from "./session.ts"

/** What one operation of a captured graph takes. */
export interface OperationTime {
  /** TensorFlow's name of it. */
  readonly operation: string
  /** Of its first result; undefined where nobody knows. */
  readonly shape: readonly number[] | undefined
  /** The smallest of the readings. */
  readonly milliseconds: number
}

/** Options of `profileGraph`. */
export interface ProfileGraphOptions {
  readonly placeholders: readonly GraphNode[]
  readonly values: readonly tf.Tensor[]
  /** What the graph is run for. */
  readonly fetches: readonly GraphOutput[]
  /** Nodes that `prepare` runs. @defaultValue none */
  readonly also?: readonly GraphNode[]
  /** Brings a session into the state in which the graph can run. @defaultValue nothing */
  readonly prepare?: (session: Session) => void
  /** How often the graph runs. @defaultValue 10 */
  readonly repeats?: number
}

/** What costs nothing by itself. */
const isFree = new Set(["Const", "Placeholder", "VarHandleOp"])
const double: AttributeValue = { kind: "type", value: DataType.double }
/** TensorFlow's graph optimiser leaves operations with this attribute alone. */
const kept: Record<string, AttributeValue> = { _grappler_do_not_remove: { kind: "bool", value: true } }

/**
 * What each operation of a graph takes. A session of its own runs the operations one after the other, in the order of the trace, with a
 * reading of TensorFlow's clock between every two. So nothing runs beside anything, and nothing is merged: the sum is somewhat above what
 * the graph takes otherwise.
 */
export function profileGraph(
  backend: SessionBackend,
  graph: Graph,
  { placeholders, values, fetches, also = [], prepare, repeats = 10 }: ProfileGraphOptions,
): OperationTime[] {
  const { operations, readings } = clocked(
    graph,
    fetches.map(({ node }) => node),
  )
  const session = orCaptureError(() => openSession(backend, [...placeholders, readings.node, ...also]))
  try {
    prepare?.(session)
    const smallest = operations.map(() => Infinity)
    for (let run = 0; run < repeats; run++) {
      const [seconds] = session.run(placeholders, values, [readings])
      const found = seconds!.dataSync()
      for (const at of operations.keys()) smallest[at] = Math.min(smallest[at]!, (found[at + 1]! - found[at]!) * 1e3)
      tf.dispose(seconds!)
    }
    return operations.map(({ operation, shape }, at) => ({ operation, shape, milliseconds: smallest[at]! }))
  } finally {
    session.dispose()
  }
}

/** A copy of what the roots need, as one chain; `readings` are seconds, float32 [operations + 1]. */
function clocked(graph: Graph, roots: readonly GraphNode[]): { operations: GraphNode[]; readings: GraphOutput } {
  const copies = new Map<GraphNode, GraphNode>()
  const copyOf = (node: GraphNode): GraphNode => copies.get(node) ?? node
  const operations: GraphNode[] = []
  const clocks = [graph.add("Timestamp", [], {})]
  for (const node of [...reachable(roots)].sort((a, b) => a.order - b.order)) {
    if (isFree.has(node.operation)) continue
    const inputs = node.inputs.map(({ node: source, index }) => ({ node: copyOf(source), index }))
    const copy = graph.add(node.operation, inputs, { ...node.attributes, ...kept }, [...node.after.map(copyOf), clocks.at(-1)!])
    copies.set(node, copy)
    operations.push(node)
    clocks.push(graph.add("Timestamp", [], {}, [copy, clocks.at(-1)!]))
  }
  const outputs = clocks.map((node) => ({ node, index: 0 }))
  const all = graph.add("Pack", outputs, {
    T: double,
    N: { kind: "int", value: outputs.length },
    axis: { kind: "int", value: 0 },
  })
  // Seconds since 1970 need double precision, which TensorFlow.js does not have; their differences do not.
  const since = graph.add("Sub", [{ node: all, index: 0 }, outputs[0]!], { T: double })
  const node = graph.add("Cast", [{ node: since, index: 0 }], {
    SrcT: double,
    DstT: { kind: "type", value: DataType.float },
    Truncate: { kind: "bool", value: false },
  })
  return { operations, readings: { node, index: 0 } }
}
