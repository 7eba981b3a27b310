import { tf } from "@scalewise/nn"

const chunkRows = 1000

/**
 * Maps a table of rows through a function of tensors a thousand rows at a time, so that a test set need not fit on the backend at
 * once. The function's tensors are released; its input is released here too.
 *
 * @param table - row-major [rows, width]
 * @param map - from [rows, width] to named tensors with one row for each
 * @returns the named results, row-major
 */
export async function inChunks(
  table: Float32Array,
  width: number,
  map: (rows: tf.Tensor2D) => Record<string, tf.Tensor> | Promise<Record<string, tf.Tensor>>,
): Promise<Record<string, Float32Array>> {
  const rows = table.length / width
  const results: Record<string, Float32Array> = {}
  for (let from = 0; from < rows; from += chunkRows) {
    const count = Math.min(chunkRows, rows - from)
    const chunk = tf.tensor2d(table.subarray(from * width, (from + count) * width), [count, width])
    const mapped = await map(chunk)
    for (const [name, tensor] of Object.entries(mapped)) {
      const size = tensor.size / count
      results[name] ??= new Float32Array(rows * size)
      results[name].set(tensor.dataSync(), from * size)
    }
    tf.dispose([chunk, mapped])
  }
  return results
}
