import { ShapeError } from "@scalewise/nn/errors"
import type { Hyperslab } from "../data/array-file.ts"

/** A stretch of values that lie one after another: `offset` and `length` in values. */
export interface Run {
  readonly offset: number
  readonly length: number
}

/**
 * The stretches of a row-major array that a part of it consists of, in order, joined where they touch.
 *
 * @param shape - lengths of the array's axes
 * @throws ShapeError for a part that reaches outside
 */
export function hyperslabRuns(shape: readonly number[], { start, count }: Hyperslab): Run[] {
  const fits =
    start.length === shape.length &&
    count.length === shape.length &&
    shape.every((length, axis) => isWithin(length, start[axis]!, count[axis]!))
  if (!fits) {
    throw new ShapeError(
      `part of an array: expected start and count within [${shape.join(", ")}], got start [${start.join(", ")}], count [${count.join(", ")}]`,
    )
  }
  if (count.includes(0)) return []
  // Axes from `whole` on are taken completely, so that one index of the axis before them is one stretch.
  let whole = shape.length
  let inner = 1
  while (whole > 0 && count[whole - 1] === shape[whole - 1]) inner *= shape[--whole]!
  if (whole === 0) return [{ offset: 0, length: inner }]
  const length = inner * count[whole - 1]!
  const strides = shape.map(() => inner)
  for (let axis = whole - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!

  const runs: Run[] = []
  const visit = (axis: number, offset: number): void => {
    const first = offset + start[axis]! * strides[axis]!
    if (axis === whole - 1) {
      runs.push({ offset: first, length })
      return
    }
    for (let index = 0; index < count[axis]!; index++) visit(axis + 1, first + index * strides[axis]!)
  }
  visit(0, 0)
  return runs
}

const isWithin = (length: number, start: number, count: number): boolean =>
  Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0 && start + count <= length
