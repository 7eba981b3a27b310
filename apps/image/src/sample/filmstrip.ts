import type { DrawnPreview } from "@scalewise/image"
import { writePicture, zoomFor, type Pictures } from "./picture-file.ts"

/** Collects what a few pictures look like after each scale. */
export interface Filmstrip {
  /** To be told of every preview. */
  readonly add: (preview: DrawnPreview) => void
  /** Writes one row for each picture and one column for each scale, after `first` where it is given. */
  write(file: string, first?: Pictures): Promise<void>
}

/** A filmstrip of the first `most` pictures. */
export function filmstrip(most = 10): Filmstrip {
  const frames: Float32Array[] = []
  let shape: { readonly height: number; readonly width: number; readonly channels: number } | undefined
  let rows = 0
  return {
    add({ ids, images, height, width, channels, step }) {
      if (step === 1 && frames.length > 0) return // only the first batch
      if (frames.length !== step - 1) return
      shape = { height, width, channels }
      rows = Math.min(most, ids.length)
      frames.push(images.slice(0, rows * height * width * channels))
    },
    async write(file, first) {
      if (!shape) return
      const columns = first ? [first.images, ...frames] : frames
      const size = shape.height * shape.width * shape.channels
      const images = new Float32Array(rows * columns.length * size)
      for (const [column, values] of columns.entries())
        for (let row = 0; row < rows; row++)
          images.set(values.subarray(row * size, (row + 1) * size), (row * columns.length + column) * size)
      await writePicture(file, { ...shape, images }, { columns: columns.length, zoom: zoomFor(shape.width, columns.length) })
    },
  }
}
