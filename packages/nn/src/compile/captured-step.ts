import * as tf from "../backend/tf.ts"
import { type FlatParameters, flattenParameters, type Parameters, unflattenParameters } from "../parameters.ts"
import { orCaptureError } from "./capture-error.ts"
import { byName, capturedVariables, graphVariables } from "./captured-variables.ts"
import { createGraph, DataType, type GraphNode, type GraphOutput } from "./graph.ts"
import { lossAndGradients } from "./loss-and-gradients.ts"
import { updateResources } from "./resource-update.ts"
import { profileGraph } from "./profile.ts"
import { openSession, type Session, type SessionBackend } from "./session.ts"
import { checkState, counters, groupOf, initialState, shapesOf } from "./step-state.ts"
import { dataTypeOf, placeholder, record } from "./trace.ts"
import { type CompileOptions, type Loss, shapesKey, type StepInputs, type TrainStep } from "./train-step.ts"

/** The part of the graph for inputs of one shape; accumulating and updating calls have one each. */
interface Variant {
  readonly placeholders: readonly GraphNode[]
  readonly outputNames: readonly string[]
  readonly fetches: readonly GraphOutput[]
}

/**
 * A training step as a TensorFlow graph with resident variables.
 *
 * The first call with new shapes runs loss, gradients and update once eagerly, recording every operation. All shapes met so far are
 * parts of one graph in one session, so that they share the variables: a new shape makes a new session, which the values move to.
 */
export function capturedStep<P extends Parameters>(backend: SessionBackend, loss: Loss<P>, options: CompileOptions<P>): TrainStep<P> {
  const { optimizer, ema, accumulate = 1, trainable: isTrainable = () => true } = options
  const flat = flattenParameters(options.parameters)
  const all = Object.keys(flat)
  const trainable = all.filter(isTrainable)
  let step = 0
  let accumulated = 0

  /** Values while there is no session. */
  let initial: FlatParameters | undefined = initialState(flat, trainable, options)
  const shapes = shapesOf(initial)
  const graph = createGraph()
  const variables = graphVariables(graph, shapes)
  const variants = new Map<string, Variant>()
  let session: Session | undefined

  /** The present values; the caller disposes. */
  const values = (indices: readonly number[] = variables.names.map((_, i) => i)): FlatParameters => {
    const names = indices.map((i) => variables.names[i]!)
    if (!session) return Object.fromEntries(names.map((name) => [name, initial![name]!.clone()]))
    return byName(
      names,
      session.run(
        [],
        [],
        indices.map((i) => variables.values[i]!),
      ),
    )
  }
  const assign = (target: Session, tensors: FlatParameters): void => {
    tf.dispose(
      target.run(
        variables.initial,
        variables.names.map((name) => tensors[name]!),
        variables.assigned,
      ),
    )
  }

  const trace = (inputs: StepInputs, inputNames: readonly string[], isLast: boolean, present: FlatParameters): Variant =>
    record(backend, graph, (trace) => {
      let variant: Variant | undefined
      tf.tidy(() => {
        const captured = capturedVariables(graph, trace, variables, present)
        const fed = inputNames.map((name) => placeholder(graph, inputs[name]!))
        const declared = Object.fromEntries(inputNames.map((name, i) => [name, trace.declare(inputs[name]!, { node: fed[i]!, index: 0 })]))
        const parameters = Object.fromEntries(all.map((name) => [name, captured.read(`parameters.${name}`)]))
        const { outputs, gradients } = lossAndGradients(loss, parameters, trainable, declared)

        // All numbers that change with the step travel in one vector.
        const numbers = Object.entries(optimizer.scalars(step))
        const vector = tf.tensor1d(numbers.map(([, value]) => value))
        const scalarsFed = placeholder(graph, vector)
        const unpacked = graph.add("Unpack", [{ node: scalarsFed, index: 0 }], {
          T: { kind: "type", value: DataType.float },
          num: { kind: "int", value: numbers.length },
          axis: { kind: "int", value: 0 },
        })
        const scalars = Object.fromEntries(
          numbers.map(([name, value], index) => [name, trace.declare(tf.scalar(value), { node: unpacked, index }) as tf.Scalar]),
        )
        const reported = { ...outputs, ...updateResources(captured, gradients, scalars, all, isLast, options) }
        const written = captured.written()
        const fetches = Object.values(reported).map((tensor) => {
          const source = trace.outputOf(tensor)
          return { node: graph.add("Identity", [source], { T: { kind: "type", value: dataTypeOf(tensor) } }, written), index: 0 }
        })
        variant = { placeholders: [...fed, scalarsFed], outputNames: Object.keys(reported), fetches }
      })
      return variant!
    })

  /** A session for the variants so far and a new one, with the present values. */
  const extend = (key: string, inputs: StepInputs, inputNames: readonly string[], isLast: boolean): Variant => {
    const present = values()
    try {
      const variant = trace(inputs, inputNames, isLast, present)
      const traced = [...variants.values(), variant]
      const outputs = [...traced.flatMap(({ fetches }) => fetches), ...variables.assigned, ...variables.values].map(({ node }) => node)
      // An accumulating call has no use for the optimiser's numbers, but is fed them.
      const next = orCaptureError(() => openSession(backend, [...outputs, ...traced.flatMap(({ placeholders }) => placeholders)]))
      try {
        orCaptureError(() => assign(next, present))
      } catch (error) {
        next.dispose()
        throw error
      }
      session?.dispose()
      session = next
      variants.set(key, variant)
      tf.dispose(Object.values(initial ?? {}))
      initial = undefined
      return variant
    } finally {
      tf.dispose(Object.values(present))
    }
  }

  const group = (name: string): P => {
    const indices = variables.names.flatMap((variable, i) => (variable.startsWith(`${name}.`) ? [i] : []))
    return unflattenParameters(groupOf(values(indices), name)) as P
  }

  return {
    mode: "captured",
    fallbackReason: undefined,
    get step() {
      return step
    },
    run(inputs) {
      const isLast = accumulated + 1 === accumulate
      const inputNames = Object.keys(inputs)
      const key = `${isLast} ${shapesKey(inputs)}`
      const known = variants.get(key)
      const { placeholders, outputNames, fetches } = known ?? extend(key, inputs, inputNames, isLast)
      const scalars = tf.tensor1d(Object.values(optimizer.scalars(step)))
      const run = (): tf.Tensor[] => session!.run(placeholders, [...inputNames.map((name) => inputs[name]!), scalars], fetches)
      try {
        const results = byName(outputNames, known ? run() : orCaptureError(run))
        accumulated = (accumulated + 1) % accumulate
        if (isLast) step += 1
        return results
      } finally {
        scalars.dispose()
      }
    },
    profile(inputs, repeats) {
      const key = `true ${shapesKey(inputs)}`
      const { placeholders, fetches } = variants.get(key) ?? extend(key, inputs, Object.keys(inputs), true)
      const scalars = tf.tensor1d(Object.values(optimizer.scalars(step)))
      const present = values()
      try {
        return profileGraph(backend, graph, {
          placeholders,
          values: [...Object.values(inputs), scalars],
          fetches,
          also: variables.assigned.map(({ node }) => node),
          prepare: (other) => assign(other, present),
          ...(repeats !== undefined && { repeats }),
        })
      } finally {
        tf.dispose([scalars, present])
      }
    },
    parameters: () => group("parameters"),
    averaged: () => (ema ? group("ema") : undefined),
    state: () => ({ ...values(), ...counters(step, accumulated) }),
    restore(saved) {
      const found = checkState(shapes, saved, accumulate)
      if (session) assign(session, saved)
      else {
        tf.dispose(Object.values(initial!))
        initial = Object.fromEntries(variables.names.map((name) => [name, saved[name]!.clone()]))
      }
      ;({ step, accumulated } = found)
    },
    dispose() {
      session?.dispose()
      session = undefined
      tf.dispose(Object.values(initial ?? {}))
      initial = {}
      variants.clear()
    },
  }
}
