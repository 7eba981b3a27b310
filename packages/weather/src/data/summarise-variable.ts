import { packingOf, unpacker } from "../cf/packing.ts"
import type { ArrayFile, ArrayVariable } from "./array-file.ts"

/** Decoded numbers of a variable in short. Minimum, maximum and mean are null where all is missing. */
export interface VariableSummary {
  readonly missing: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  /** Stored infinities, which count as missing. */
  readonly infinite: number
}

export interface SummariseVariableOptions {
  /** Told the position in the whole array of each missing value. */
  readonly onMissing?: (position: number) => void
  readonly signal?: AbortSignal | undefined
}

/** Values that are in memory at a time. */
const chunkSize = 2 ** 20

/** Reads a variable in pieces along its first axis and sums up its decoded values. */
export async function summariseVariable(
  file: ArrayFile,
  variable: ArrayVariable,
  options: SummariseVariableOptions = {},
): Promise<VariableSummary> {
  const { onMissing, signal } = options
  const unpack = unpacker(packingOf(variable))
  const { shape } = variable
  const inner = shape.slice(1).reduce((product, length) => product * length, 1)
  const rows = shape[0] ?? 1
  const step = Math.max(1, Math.floor(chunkSize / Math.max(1, inner)))
  const isReal = variable.type === "float32" || variable.type === "float64"
  let [missing, infinite, count, sum, minimum, maximum] = [0, 0, 0, 0, Infinity, -Infinity]
  for (let row = 0; row < rows; row += step) {
    signal?.throwIfAborted()
    const part =
      shape.length === 0
        ? undefined
        : { start: shape.map((_, axis) => (axis === 0 ? row : 0)), count: [Math.min(step, rows - row), ...shape.slice(1)] }
    const stored = await file.read(variable.name, part)
    for (let i = 0; i < stored.length; i++) {
      const raw = stored[i]!
      const value = unpack(raw)
      if (Number.isNaN(value)) {
        missing++
        if (isReal && Math.abs(raw) === Infinity) infinite++
        onMissing?.(row * inner + i)
        continue
      }
      count++
      sum += value
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
  }
  if (count === 0) return { missing, infinite, minimum: null, maximum: null, mean: null }
  return { missing, infinite, minimum, maximum, mean: sum / count }
}
