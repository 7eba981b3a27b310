/** Rows of a row-major table, in the order of `rows`: [rows.length, width]. */
export function gatherRows(table: Float32Array, width: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) out.set(table.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width)
  return out
}
