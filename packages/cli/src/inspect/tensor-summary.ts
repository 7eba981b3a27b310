import type { StoredDtype, StoredValues, TensorFile } from "@scalewise/nn"
import { formatCount, formatValue } from "../format/format.ts"
import { textTable } from "../format/text-table.ts"
import type { InspectOptions } from "./inspection.ts"

/** A tensor of a file, and its numbers in short where they were read. */
export interface TensorSummary {
  readonly name: string
  readonly dtype: StoredDtype
  readonly shape: readonly number[]
  /** Elements. */
  readonly count: number
  /** Smallest and largest number that is finite; absent where there is none. */
  readonly min?: number
  readonly max?: number
  readonly nan?: number
  readonly plusInfinity?: number
  readonly minusInfinity?: number
}

/**
 * Reads an open file one tensor after the other, each released before the next.
 *
 * @throws CheckpointError for a tensor that cannot be read, or the signal's reason
 */
export async function summariseTensors(file: TensorFile, { values = true, signal }: InspectOptions = {}): Promise<TensorSummary[]> {
  const summaries: TensorSummary[] = []
  for (const [name, { dtype, shape }] of file.tensors) {
    signal?.throwIfAborted()
    const count = shape.reduce((size, length) => size * length, 1)
    summaries.push({ name, dtype, shape, count, ...(values && rangeOf((await file.read(name)).values)) })
  }
  return summaries
}

/** One line for each tensor. */
export function tensorTable(tensors: readonly TensorSummary[]): string {
  const haveValues = tensors.some(({ nan }) => nan !== undefined)
  const header = ["tensor", "shape", "format", ...(haveValues ? ["min", "max", "NaN", "+inf", "-inf"] : [])]
  return textTable(
    header,
    tensors.map(({ name, dtype, shape, min, max, nan = 0, plusInfinity = 0, minusInfinity = 0 }) => [
      name,
      `[${shape.join(", ")}]`,
      dtype,
      ...(haveValues
        ? [
            ...[min, max].map((value) => (value === undefined ? "" : formatValue(value))),
            ...[nan, plusInfinity, minusInfinity].map(blankZero),
          ]
        : []),
    ]),
  )
}

/** A sentence for each tensor with numbers that cannot be weights. Minus infinity can: it masks attention. */
export const brokenNumbers = (tensors: readonly TensorSummary[]): string[] =>
  tensors.flatMap(({ name, count, nan = 0, plusInfinity = 0 }) =>
    nan + plusInfinity === 0
      ? []
      : `tensor "${name}" has ${formatCount(nan)} NaN and ${formatCount(plusInfinity)} infinite numbers among ${formatCount(count)}`,
  )

/** Elements of all tensors. */
export const countElements = (tensors: readonly Pick<TensorSummary, "count">[]): number =>
  tensors.reduce((sum, { count }) => sum + count, 0)

const blankZero = (count: number): string => (count === 0 ? "" : formatCount(count))

function rangeOf(values: StoredValues): Pick<TensorSummary, "min" | "max" | "nan" | "plusInfinity" | "minusInfinity"> {
  let [min, max, nan, plusInfinity, minusInfinity] = [Infinity, -Infinity, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i])
    if (Number.isFinite(value)) {
      if (value < min) min = value
      if (value > max) max = value
    } else if (Number.isNaN(value)) nan++
    else if (value > 0) plusInfinity++
    else minusInfinity++
  }
  return { ...(min <= max && { min, max }), nan, plusInfinity, minusInfinity }
}
