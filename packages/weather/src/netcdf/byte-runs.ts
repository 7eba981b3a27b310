import type { Hyperslab } from "../data/array-file.ts"
import type { ClassicSlot } from "./classic-layout.ts"
import { bytesOf } from "./classic-type.ts"
import { hyperslabRuns, type Run } from "./hyperslab-runs.ts"

/**
 * The stretches of a classic file that a part of a variable consists of, in bytes: the records of a record variable lie a step apart.
 *
 * @throws ShapeError for a part that reaches outside
 */
export function byteRuns({ type, shape, begin, isRecord, slabBytes }: ClassicSlot, recordStep: number, part: Hyperslab): Run[] {
  const width = bytesOf(type)
  const inBytes = ({ offset, length }: Run, from: number): Run => ({ offset: from + offset * width, length: length * width })
  if (!isRecord || recordStep === slabBytes) return hyperslabRuns(shape, part).map((run) => inBytes(run, begin))
  hyperslabRuns(shape, part) // refuses what reaches outside
  const inner = hyperslabRuns(shape.slice(1), { start: part.start.slice(1), count: part.count.slice(1) })
  const records = Array.from({ length: part.count[0]! }, (_, i) => begin + (part.start[0]! + i) * recordStep)
  return records.flatMap((from) => inner.map((run) => inBytes(run, from)))
}
