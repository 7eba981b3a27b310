import { ConfigError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"

/** The laws of named parts, for draws that are records of those names. */
export type Parts<Draw extends object> = { readonly [Name in keyof Draw]: Distribution<Draw[Name]> }

/** Independent named parts, e.g. the node codes and the pair codes of a graph. */
export interface Product<Draw extends object> extends Distribution<Draw> {
  readonly family: "product"
  readonly parts: Parts<Draw>
}

/**
 * The joint law of independent `parts`: a draw is a record with one draw of each. Part `name` draws from
 * `random.fold(name)`, so that adding a part leaves the others' draws alone.
 *
 * @throws ConfigError without parts
 */
export function product<Draw extends object>(parts: Parts<Draw>): Product<Draw> {
  const names = Object.keys(parts) as (keyof Draw & string)[]
  if (names.length === 0) throw new ConfigError("product: expected at least one named part")

  const each = <Value>(map: (name: keyof Draw & string) => Value): Record<string, Value> =>
    Object.fromEntries(names.map((name) => [name, map(name)]))
  const sum = (terms: (name: keyof Draw & string) => tf.Tensor): tf.Tensor => tf.tidy(() => tf.addN(names.map(terms)))

  return {
    family: "product",
    parts,
    sample: (random) => each((name) => parts[name].sample(random.fold(name))) as Draw,
    mode: () => each((name) => parts[name].mode()) as Draw,
    logProb: (draw) => sum((name) => parts[name].logProb(draw[name])),
    entropy: () => sum((name) => parts[name].entropy()),
    guidedFrom(unconditional, scale) {
      if (!isProduct(unconditional)) throw new ConfigError("product: expected to be guided from another product")
      const others = unconditional.parts as Parts<Draw>
      return product(each((name) => parts[name].guidedFrom?.(others[name], scale) ?? parts[name]) as unknown as Parts<Draw>)
    },
    mapLogits: (map) => product(each((name) => parts[name].mapLogits?.(map) ?? parts[name]) as unknown as Parts<Draw>),
  }
}

/** Whether a law is a product of named parts. */
export function isProduct(law: object): law is Product<object> {
  return "family" in law && law.family === "product"
}
