import { ConfigError, type RandomStream } from "@scalewise/nn"

/**
 * Random rows of a labelled set in which every class is as frequent as in `wanted`: a set of real images that is fit to stand beside
 * samples of these classes. Rows are drawn without replacement, until a class is used up; then it begins again.
 *
 * @param labels - class of each row that can be drawn
 * @param wanted - class of each row to draw, in this order; or how many to draw, whatever their class
 * @throws ConfigError where a wanted class has no row
 */
export function matchedRows(labels: ArrayLike<number>, wanted: ArrayLike<number> | number, random: RandomStream): Int32Array {
  if (typeof wanted === "number") {
    if (labels.length === 0) throw new ConfigError("matchedRows: expected rows to draw from, got none")
    const order = random.permutation(labels.length)
    return Int32Array.from({ length: wanted }, (_, i) => order[i % order.length]!)
  }
  const rowsOf = new Map<number, number[]>()
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    const rows = rowsOf.get(label)
    if (rows) rows.push(row)
    else rowsOf.set(label, [row])
  }
  const queues = new Map<number, { rows: Int32Array; next: number }>()
  return Int32Array.from(wanted, (label) => {
    let queue = queues.get(label)
    if (!queue) {
      const rows = rowsOf.get(label)
      if (!rows) throw new ConfigError(`matchedRows: expected classes of the real images, got class ${label}, which none of them has`)
      queue = {
        rows: random
          .fold(label)
          .permutation(rows.length)
          .map((i) => rows[i]!),
        next: 0,
      }
      queues.set(label, queue)
    }
    return queue.rows[queue.next++ % queue.rows.length]!
  })
}
