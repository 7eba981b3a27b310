import type { RandomStream } from "@scalewise/nn"

/** What happens to the numbers of a draw: uniform or normal values, or a permutation. */
export type Rearrangement = <Values extends Float32Array | Int32Array>(values: Values) => Values

/**
 * A stream whose draws below some branches come in another order, so that numbers that belong to nodes or edges stay with them when these are
 * renamed. Branches are named by their path: "splits/hidden" is `fold("splits").fold("hidden")`. All other draws are the stream's own.
 */
export function rearrangedStream(stream: RandomStream, orders: ReadonlyMap<string, Rearrangement>, path = ""): RandomStream {
  const order: Rearrangement = orders.get(path) ?? ((values) => values)
  return {
    fold: (label) => rearrangedStream(stream.fold(label), orders, path === "" ? String(label) : `${path}/${label}`),
    samples: (ids) => stream.samples(ids),
    row: (row) => stream.row(row),
    uniform: (shape) => stream.uniform(shape),
    normal: (shape) => stream.normal(shape),
    gumbel: (shape) => stream.gumbel(shape),
    uniformValues: (shape) => order(stream.uniformValues(shape)),
    normalValues: (shape) => order(stream.normalValues(shape)),
    integers: (count, below) => stream.integers(count, below),
    permutation: (count) => order(stream.permutation(count)),
  }
}
