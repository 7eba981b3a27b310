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

/** Dotted names in the order of insertion: `{ body: { w } }` gives `{ "body.w": w }`. */
export function flattenParameters(parameters: Parameters): FlatParameters {
  const flat: FlatParameters = {}
  const visit = (node: Parameters, prefix: string): void => {
    for (const [name, value] of Object.entries(node)) {
      if (name.includes(".")) throw new ConfigError(`flattenParameters: expected names without a dot, got "${name}"`)
      if (isTensor(value)) flat[prefix + name] = value
      else visit(value, `${prefix}${name}.`)
    }
  }
  visit(parameters, "")
  return flat
}

/** The inverse of `flattenParameters`. */
export function unflattenParameters(flat: FlatParameters): Parameters {
  const root: Record<string, tf.Tensor | Parameters> = {}
  for (const [path, tensor] of Object.entries(flat)) {
    const names = path.split(".")
    const leaf = names.pop()!
    let node = root
    for (const name of names) node = (node[name] ??= {}) as Record<string, tf.Tensor | Parameters>
    node[leaf] = tensor
  }
  return root
}

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
