import type { PublishedTensor } from "./published-tensors.ts"

/** Side of the squares in which a matrix is turned, so that both of its sides stay in the cache. */
const tile = 64

/** The numbers of a tensor of ours from those of its published sources (see `PublishedLayout`). */
export function convertLayout(
  { layout, shape }: Pick<PublishedTensor, "layout" | "shape">,
  sources: readonly Float32Array[],
): Float32Array {
  const [first] = sources as [Float32Array]
  switch (layout) {
    case "same":
      return first
    case "query-value-bias": {
      const joined = new Float32Array(shape[0]!) // the keys' third stays 0
      joined.set(first)
      joined.set(sources[1]!, 2 * first.length)
      return joined
    }
    case "outputs-first": {
      const [inputs, outputs] = shape.slice(-2) as [number, number]
      return outputsLast(first, outputs, inputs)
    }
  }
}

/** [O, I, S] to [S, I, O], where S are the places of a filter (1 for a matrix). */
function outputsLast(values: Float32Array, outputs: number, inputs: number): Float32Array {
  const places = values.length / (outputs * inputs)
  const columns = inputs * places
  const turned = new Float32Array(values.length)
  for (let o0 = 0; o0 < outputs; o0 += tile)
    for (let c0 = 0; c0 < columns; c0 += tile)
      for (let column = c0; column < Math.min(columns, c0 + tile); column++) {
        const row = ((column % places) * inputs + Math.floor(column / places)) * outputs
        for (let output = o0; output < Math.min(outputs, o0 + tile); output++) turned[row + output] = values[output * columns + column]!
      }
  return turned
}
