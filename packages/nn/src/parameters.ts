import type * as tf from "./backend/tf.ts"
import { ConfigError } from "./errors.ts"
import type { RandomStream } from "./random/random-stream.ts"

/** A plain nested record of tensors. A checkpoint, an EMA copy, a teacher and a drafter are all just this. */
export interface Parameters {
  readonly [name: string]: tf.Tensor | Parameters
}

/** The same, flat: dotted names to tensors, as a checkpoint stores them. */
export type FlatParameters = Record<string, tf.Tensor>

/** A pair of pure functions: `init` draws fresh parameters, `apply` computes with them. */
export interface Layer<P extends Parameters = Parameters, Input = tf.Tensor, Output = tf.Tensor> {
  init(random: RandomStream): P
  apply(parameters: P, x: Input): Output
}

const isTensor = (value: tf.Tensor | Parameters): value is tf.Tensor => "dtype" in value && "shape" in value

/**
 * Dotted names in the order of insertion: `{ body: { w } }` gives `{ "body.w": w }`. The tensors are the same, not copies.
 *
 * @throws ConfigError for a name with a dot
 */
export function flattenParameters(parameters: Parameters): FlatParameters {
  const flat: [string, tf.Tensor][] = []
  const visit = (node: Parameters, prefix: string): void => {
    for (const [name, value] of Object.entries(node)) {
      if (name.includes(".")) throw new ConfigError(`flattenParameters: expected names without a dot, got "${name}"; nest a record instead`)
      if (isTensor(value)) flat.push([prefix + name, value])
      else visit(value, `${prefix}${name}.`)
    }
  }
  visit(parameters, "")
  return Object.fromEntries(flat)
}

type Branch = Map<string, tf.Tensor | Branch>

/**
 * The inverse of `flattenParameters`. Any name is only a name, `__proto__` too: nothing but the result is written to.
 *
 * @throws ConfigError where one name is both a tensor and the beginning of others
 */
export function unflattenParameters(flat: FlatParameters): Parameters {
  const root: Branch = new Map()
  for (const [path, tensor] of Object.entries(flat)) {
    const names = path.split(".")
    const leaf = names.pop()!
    let branch = root
    for (const name of names) {
      const next = branch.get(name) ?? new Map()
      if (!(next instanceof Map)) throw ambiguous(path)
      branch.set(name, next)
      branch = next
    }
    if (branch.has(leaf)) throw ambiguous(path)
    branch.set(leaf, tensor)
  }
  return recordOf(root)
}

const recordOf = (branch: Branch): Parameters =>
  Object.fromEntries(Array.from(branch, ([name, value]) => [name, value instanceof Map ? recordOf(value) : value]))

const ambiguous = (path: string): ConfigError =>
  new ConfigError(`unflattenParameters: expected each name to be a tensor or a record, but a part of "${path}" is both; rename one of them`)

/** The same record with every tensor replaced; `map` also gets the dotted name. */
export function mapParameters<P extends Parameters>(parameters: P, map: (tensor: tf.Tensor, name: string) => tf.Tensor): P {
  const flat = flattenParameters(parameters)
  return unflattenParameters(Object.fromEntries(Object.entries(flat).map(([name, t]) => [name, map(t, name)]))) as P
}

/** How many numbers there are in all. */
export function countParameters(parameters: Parameters): number {
  return Object.values(flattenParameters(parameters)).reduce((sum, tensor) => sum + tensor.size, 0)
}

/** Releases every tensor. */
export function disposeParameters(parameters: Parameters): void {
  for (const tensor of Object.values(flattenParameters(parameters))) tensor.dispose()
}
