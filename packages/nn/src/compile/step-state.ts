import * as tf from "../backend/tf.ts"
import { CheckpointError } from "../errors.ts"
import type { FlatParameters, Parameters } from "../parameters.ts"
import type { CompileOptions } from "./train-step.ts"

/** The tensors of one group without its name: "ema" of `{ "ema.body.w": t }` is `{ "body.w": t }`. */
export function groupOf(state: FlatParameters, group: string): FlatParameters {
  const prefix = `${group}.`
  const members = Object.entries(state).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(members.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** The inverse of `groupOf`. */
export const asGroup = (group: string, tensors: FlatParameters): FlatParameters =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${group}.${name}`, tensor]))

/** Tensors of the same values with a life of their own. */
export const cloned = (tensors: FlatParameters): FlatParameters =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]))

/** Everything that a step updates, at its beginning. The caller disposes. */
export function initialState<P extends Parameters>(
  flat: FlatParameters,
  trainable: readonly string[],
  { optimizer, ema, accumulate = 1 }: CompileOptions<P>,
): FlatParameters {
  const trained = Object.fromEntries(trainable.map((name) => [name, flat[name]!]))
  const zeros = (): FlatParameters => Object.fromEntries(trainable.map((name) => [name, tf.zeros(flat[name]!.shape)]))
  return {
    ...asGroup("parameters", cloned(flat)),
    ...asGroup("optimizer", optimizer.init(trained)),
    ...(ema ? asGroup("ema", cloned(flat)) : {}),
    ...(accumulate > 1 ? asGroup("accumulator", zeros()) : {}),
  }
}

/** The two counters as tensors, as `TrainStep.state` gives them. */
export const counters = (step: number, accumulated: number): FlatParameters => ({
  step: tf.scalar(step, "int32"),
  accumulated: tf.scalar(accumulated, "int32"),
})

/** The shape of every tensor. */
export const shapesOf = (tensors: FlatParameters): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.shape]))

/**
 * Checks that a state has the expected tensors, and reads its counters.
 *
 * @param accumulate - batches for one update
 * @throws CheckpointError that names every tensor that does not fit, or where more batches wait for an update than `accumulate` allows
 */
export function checkState(
  expected: Readonly<Record<string, readonly number[]>>,
  state: FlatParameters,
  accumulate: number,
): { step: number; accumulated: number } {
  const all: Record<string, readonly number[]> = { ...expected, step: [], accumulated: [] }
  const missing = Object.keys(all).filter((name) => !Object.hasOwn(state, name))
  const unknown = Object.keys(state).filter((name) => !Object.hasOwn(all, name))
  const misshapen = Object.entries(all).flatMap(([name, shape]) => {
    const found = state[name]?.shape
    return found && found.join() !== shape.join() ? [`${name} is [${found.join(", ")}] instead of [${shape.join(", ")}]`] : []
  })
  const complaints = [
    ...(missing.length > 0 ? [`missing: ${missing.join(", ")}`] : []),
    ...(unknown.length > 0 ? [`unknown: ${unknown.join(", ")}`] : []),
    ...misshapen,
  ]
  if (complaints.length > 0) {
    throw new CheckpointError(`restore: expected the state of a step with the same parameters and options; ${complaints.join("; ")}`)
  }
  const [step, accumulated] = [state["step"]!.dataSync()[0]!, state["accumulated"]!.dataSync()[0]!]
  if (accumulated >= accumulate) {
    throw new CheckpointError(
      `restore: expected the state of a step that accumulates ${accumulate} batches, got one in which ${accumulated} wait for an update; ` +
        `use the value of the first run`,
    )
  }
  return { step, accumulated }
}
