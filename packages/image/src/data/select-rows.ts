import { checkRows } from "./check-rows.ts"
import type { ImageDataset } from "./image-dataset.ts"

/**
 * Some images of a dataset as a dataset, in the order of `rows`: for held-out images, for the first few. Nothing is read or copied.
 *
 * @throws ConfigError for a row that the dataset does not have
 */
export function selectRows(dataset: ImageDataset, rows: ArrayLike<number>): ImageDataset {
  checkRows(rows, dataset.size, "selectRows")
  const chosen = Int32Array.from(rows)
  const { height, width, channels, classes, labels } = dataset
  return {
    size: chosen.length,
    height,
    width,
    channels,
    classes,
    labels: chosen.map((row) => labels[row]!),
    read(wanted) {
      checkRows(wanted, chosen.length, "read")
      return dataset.read(Int32Array.from(wanted, (row) => chosen[row]!))
    },
  }
}
