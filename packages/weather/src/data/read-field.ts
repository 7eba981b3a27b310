import type { AxisKind } from "../cf/axis-of.ts"
import { unpacker } from "../cf/packing.ts"
import type { GridOrder } from "../grid/orient-grid.ts"
import type { ArrayFile } from "./array-file.ts"
import type { FileField } from "./gridded-file.ts"

/** Which part of a field: first position and number of positions along an axis. Axes that are not named are of length 1 or taken at 0. */
export type FieldPart = Partial<Record<Exclude<AxisKind, "latitude" | "longitude">, { readonly start: number; readonly count: number }>>

/**
 * Decoded values of a part of a field, its axes turned to `along` and then rows from north to south and columns eastward; NaN where
 * missing; [..., H, W].
 *
 * @param along - the axes of the result before rows and columns; those that the field does not have count as length 1
 */
export async function readField(
  file: ArrayFile,
  { variable, packing, axes }: FileField,
  order: GridOrder,
  part: FieldPart,
  along: readonly Exclude<AxisKind, "latitude" | "longitude">[],
): Promise<Float32Array> {
  const start = axes.map((kind) => (kind === undefined || kind === "latitude" || kind === "longitude" ? 0 : (part[kind]?.start ?? 0)))
  const count = axes.map((kind, axis) => {
    if (kind === "latitude" || kind === "longitude") return variable.shape[axis]!
    return kind === undefined ? 1 : (part[kind]?.count ?? 1)
  })
  const stored = await file.read(variable.name, { start, count })
  const strides = count.map((_, axis) => count.slice(axis + 1).reduce((product, length) => product * length, 1))
  const strideOf = (kind: AxisKind): number => strides[axes.indexOf(kind)] ?? 0
  const lengthOf = (kind: AxisKind): number => count[axes.indexOf(kind)] ?? 1

  const lengths = along.map(lengthOf)
  const { rows, columns } = order
  const cells = rows.length * columns.length
  const values = new Float32Array(lengths.reduce((product, length) => product * length, 1) * cells)
  const [rowStride, columnStride] = [strideOf("latitude"), strideOf("longitude")]
  const unpack = unpacker(packing)
  let written = 0
  const copy = (depth: number, offset: number): void => {
    if (depth < along.length) {
      for (let i = 0; i < lengths[depth]!; i++) copy(depth + 1, offset + i * strideOf(along[depth]!))
      return
    }
    for (const row of rows)
      for (const column of columns) values[written++] = unpack(stored[offset + row * rowStride + column * columnStride]!)
  }
  copy(0, 0)
  return values
}
