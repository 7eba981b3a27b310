import * as tf from "../backend/tf.ts"
import { type FlatParameters, flattenParameters, type Parameters, unflattenParameters } from "../parameters.ts"
import { CaptureError, orCaptureError } from "./capture-error.ts"
import { createGraph, type Graph, type GraphNode, type GraphOutput } from "./graph.ts"
import { type OperationTime, profileGraph } from "./profile.ts"
import { openSession, type Session, type SessionBackend, sessionBackend } from "./session.ts"
import { dataTypeOf, isRecording, placeholder, record } from "./trace.ts"
import { shapesKey, type StepInputs } from "./train-step.ts"

/** Options of `compileFunction`. */
export interface CompileFunctionOptions<P extends Parameters> {
  /**
   * Either a record that stays the caller's, or a function that is asked at each call and whose result is disposed after it:
   * `() => step.parameters()` evaluates what is being trained.
   */
  readonly parameters: P | (() => P)
  /** `auto` captures where the backend can and falls back to `eager` where the function cannot be captured. @defaultValue "auto" */
  readonly mode?: "auto" | "eager" | "captured"
}

/** What a compiled function returns: a tensor, or named tensors. */
export type CompiledOutput = tf.Tensor | Readonly<Record<string, tf.Tensor>>

/** A forward pass. What it returns is the caller's to dispose. */
export interface CompiledFunction<Output extends CompiledOutput> {
  (inputs: StepInputs): Output
  readonly mode: "captured" | "eager"
  /** Why `mode` is `eager` although `auto` was asked for. */
  readonly fallbackReason: string | undefined
  /**
   * What each operation of the graph for these inputs takes; see `TrainStep.profile`.
   *
   * @param repeats - the smallest of so many readings counts. @defaultValue 10
   * @throws CaptureError where the function is not captured
   */
  profile(inputs: StepInputs, repeats?: number): OperationTime[]
  /** Releases the sessions; the parameters stay. */
  dispose(): void
}

/** One graph with its session. */
interface Variant {
  readonly graph: Graph
  readonly session: Session
  readonly placeholders: readonly GraphNode[]
  readonly fetches: readonly GraphOutput[]
  /** Undefined for a single tensor. */
  readonly names: readonly string[] | undefined
}

/**
 * Compiles a pure function of parameters and inputs (evaluation, one scale of a sampler). On the native backend it becomes one
 * TensorFlow graph for each shape of the inputs; elsewhere it runs eagerly. Parameters are handed over without a copy, so that
 * changed ones count from the next call on.
 *
 * @throws CaptureError in mode `captured`, where the function or the backend does not allow it
 */
export function compileFunction<P extends Parameters, Output extends CompiledOutput>(
  fn: (parameters: P, inputs: StepInputs) => Output,
  { parameters, mode = "auto" }: CompileFunctionOptions<P>,
): CompiledFunction<Output> {
  const backend = mode === "eager" ? undefined : sessionBackend()
  const noBackend = "the backend in use has no graphs; only tfjs-node does"
  if (mode === "captured" && !backend) throw new CaptureError(`compileFunction: ${noBackend}; select it, or use mode "auto"`)
  let fallbackReason = mode === "auto" && !backend ? noBackend : undefined
  let isCaptured = backend !== undefined
  const variants = new Map<string, Variant>()

  const variantOf = (backend: SessionBackend, flat: FlatParameters, inputs: StepInputs): { variant: Variant; isNew: boolean } => {
    const key = `${shapesKey(flat)} | ${shapesKey(inputs)}`
    const known = variants.get(key)
    if (known) return { variant: known, isNew: false }
    const variant = traced(backend, fn, flat, inputs)
    variants.set(key, variant)
    return { variant, isNew: true }
  }
  const captured = (backend: SessionBackend, flat: FlatParameters, inputs: StepInputs): Output => {
    const { variant, isNew } = variantOf(backend, flat, inputs)
    const tensors = [...Object.values(flat), ...Object.values(inputs)]
    const run = (): tf.Tensor[] => variant.session.run(variant.placeholders, tensors, variant.fetches)
    const results = isNew ? orCaptureError(run) : run()
    return (variant.names ? Object.fromEntries(variant.names.map((name, i) => [name, results[i]!])) : results[0]!) as Output
  }
  const disposeSessions = (): void => {
    for (const { session } of variants.values()) session.dispose()
    variants.clear()
  }

  const call = (inputs: StepInputs): Output => {
    const present = typeof parameters === "function" ? parameters() : parameters
    const flat = flattenParameters(present)
    try {
      if (isCaptured && !isRecording()) {
        try {
          return captured(backend!, flat, inputs)
        } catch (error) {
          if (!(error instanceof CaptureError) || mode === "captured") throw error
          isCaptured = false
          fallbackReason = error.message
          disposeSessions()
        }
      }
      // A clone of what is returned survives, even if it is one of the parameters or inputs.
      return tf.tidy(() => mapOutput(fn(present, inputs), (tensor) => tensor.clone()) as tf.Tensor) as Output
    } finally {
      if (typeof parameters === "function") tf.dispose(Object.values(flat))
    }
  }
  const profile = (inputs: StepInputs, repeats?: number): OperationTime[] => {
    if (!isCaptured)
      throw new CaptureError(
        `compileFunction: expected a captured function to profile, got an eager one; ${fallbackReason ?? "its mode is eager"}`,
      )
    const present = typeof parameters === "function" ? parameters() : parameters
    const flat = flattenParameters(present)
    try {
      const { variant } = variantOf(backend!, flat, inputs)
      const { graph, placeholders, fetches } = variant
      const values = [...Object.values(flat), ...Object.values(inputs)]
      return profileGraph(backend!, graph, { placeholders, values, fetches, ...(repeats !== undefined && { repeats }) })
    } finally {
      if (typeof parameters === "function") tf.dispose(Object.values(flat))
    }
  }
  return Object.defineProperties(call, {
    profile: { value: profile },
    mode: { get: () => (isCaptured ? "captured" : "eager") },
    fallbackReason: { get: () => fallbackReason },
    dispose: { value: disposeSessions },
  }) as CompiledFunction<Output>
}

function mapOutput(output: CompiledOutput, map: (tensor: tf.Tensor) => tf.Tensor): CompiledOutput {
  if (output instanceof tf.Tensor) return map(output)
  return Object.fromEntries(Object.entries(output).map(([name, tensor]) => [name, map(tensor)]))
}

function traced(
  backend: SessionBackend,
  fn: (parameters: never, inputs: StepInputs) => CompiledOutput,
  flat: Readonly<Record<string, tf.Tensor>>,
  inputs: StepInputs,
): Variant {
  const graph = createGraph()
  return record(backend, graph, (trace) => {
    const placeholders: GraphNode[] = []
    const declared = (tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => {
          const node = placeholder(graph, tensor)
          placeholders.push(node)
          return [name, trace.declare(tensor, { node, index: 0 })]
        }),
      )
    const fetches: GraphOutput[] = []
    let names: string[] | undefined
    tf.tidy(() => {
      const output = fn(unflattenParameters(declared(flat)) as never, declared(inputs))
      if (!(output instanceof tf.Tensor)) names = Object.keys(output)
      mapOutput(output, (tensor) => {
        const node = graph.add("Identity", [trace.outputOf(tensor)], { T: { kind: "type", value: dataTypeOf(tensor) } })
        fetches.push({ node, index: 0 })
        return tensor
      })
    })
    const session = orCaptureError(() => openSession(backend, [...placeholders, ...fetches.map(({ node }) => node)]))
    return { graph, session, placeholders, fetches, names }
  })
}
