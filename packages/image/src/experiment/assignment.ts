import { ConfigError } from "@scalewise/nn"

/**
 * Gives each of `rows` workers a task of its own among `columns` at the least total cost (the Hungarian method in its
 * shortest-path form, O(rows^2 columns)).
 *
 * @param cost - row-major [rows, columns], finite, columns >= rows
 * @returns the column of each row
 */
export function assignment(cost: Float64Array, rows: number, columns: number): Int32Array {
  if (rows > columns) throw new ConfigError(`assignment: expected at least as many columns as rows, got ${columns} for ${rows}`)
  const rowPrice = new Float64Array(rows + 1)
  const columnPrice = new Float64Array(columns + 1)
  const rowOf = new Int32Array(columns + 1) // 1-based; 0: free
  const cameFrom = new Int32Array(columns + 1)
  for (let row = 1; row <= rows; row++) {
    // Grows a tree of cheapest alternating paths from `row` until it reaches a free column.
    rowOf[0] = row
    const distance = new Float64Array(columns + 1).fill(Infinity)
    const visited = new Uint8Array(columns + 1)
    let column = 0
    do {
      visited[column] = 1
      const current = rowOf[column]!
      let step = Infinity
      let next = 0
      for (let j = 1; j <= columns; j++) {
        if (visited[j]) continue
        const reduced = cost[(current - 1) * columns + j - 1]! - rowPrice[current]! - columnPrice[j]!
        if (reduced < distance[j]!) {
          distance[j] = reduced
          cameFrom[j] = column
        }
        if (distance[j]! < step) {
          step = distance[j]!
          next = j
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (visited[j]) {
          rowPrice[rowOf[j]!]! += step
          columnPrice[j]! -= step
        } else distance[j]! -= step
      }
      column = next
    } while (rowOf[column] !== 0)
    while (column !== 0) {
      const previous = cameFrom[column]!
      rowOf[column] = rowOf[previous]!
      column = previous
    }
  }
  const columnOf = new Int32Array(rows)
  for (let j = 1; j <= columns; j++) if (rowOf[j]! > 0) columnOf[rowOf[j]! - 1] = j - 1
  return columnOf
}
