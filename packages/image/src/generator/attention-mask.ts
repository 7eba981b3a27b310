import type { GridSchedule } from "@scalewise/core"
import { tf } from "@scalewise/nn"
import type { GeneratorConfig } from "./generator-config.ts"

/** Scales `from` to `to`, both included. */
export interface ScaleRange {
  readonly from: number
  readonly to: number
}

/** Which scales the sites of scale `step` see: `context` of the config. */
export const firstScaleSeen = (step: number, context: GeneratorConfig["context"]): number =>
  context === "all" ? 1 : context === "previous" ? Math.max(1, step - 1) : step

/**
 * The additive attention mask [sites of `queries`, sites of `keys`]: 0 where a site sees another one, -1e9 elsewhere; undefined where all see
 * all. Sites see their own scale and, depending on `context`, earlier ones (VAR's block-causal mask), within a window where there is one.
 *
 * It is computed from a few small vectors, so that a captured step holds no matrix of L^2 constants.
 */
export function attentionMask(
  schedule: GridSchedule,
  { context, window }: Pick<GeneratorConfig, "context" | "window">,
  queries: ScaleRange,
  keys: ScaleRange,
): tf.Tensor | undefined {
  const seesAll = queries.from >= keys.to && firstScaleSeen(queries.to, context) <= keys.from
  if (seesAll && window === 0) return undefined
  // Whole numbers throughout: a captured step takes floats made from JavaScript numbers for random ones, and the comparisons are exact
  const of = (range: ScaleRange, value: (step: number, row: number, column: number) => number): tf.Tensor => {
    const values: number[] = []
    for (let step = range.from; step <= range.to; step++) {
      const [height, width] = schedule.grids[step - 1]!
      for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) values.push(value(step, row, column))
    }
    return tf.tensor1d(values, "int32")
  }
  return tf.tidy(() => {
    const row = (values: tf.Tensor) => tf.expandDims(values, 0) // [1, S]
    const column = (values: tf.Tensor) => tf.expandDims(values, 1) // [T, 1]
    const scale = row(of(keys, (step) => step))
    const hidden = [
      tf.greater(scale, column(of(queries, (step) => step))),
      tf.less(scale, column(of(queries, (step) => firstScaleSeen(step, context)))),
    ]
    if (window > 0) {
      // How far the place of a query, in units of the key's grid, is from the centre of the key's site; times twice the query's side
      const sides = [
        [(_: number, y: number) => y, (step: number) => schedule.grids[step - 1]![0]],
        [(_: number, __: number, x: number) => x, (step: number) => schedule.grids[step - 1]![1]],
      ] as const
      for (const [position, side] of sides) {
        const place = (step: number, y: number, x: number) => 2 * position(step, y, x) + 1
        const own = tf.mul(column(of(queries, place)), row(of(keys, (step) => side(step))))
        const centre = tf.mul(row(of(keys, place)), column(of(queries, (step) => side(step))))
        const reach = column(of(queries, (step) => window * side(step)))
        hidden.push(tf.greater(tf.sub(own, centre), reach), tf.greater(tf.sub(centre, own), reach))
      }
    }
    return tf.mul(tf.cast(hidden.reduce((a, b) => tf.logicalOr(a, b)), "float32"), -1e9) // prettier-ignore
  })
}
