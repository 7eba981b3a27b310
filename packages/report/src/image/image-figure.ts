import { html, type Html } from "../html.ts"
import { countImages, imageSheet, valueRange, type ImageStack, type PixelOptions } from "./image-sheet.ts"

/** One row of pictures with its caption; a row may have its own size of pictures and its own range of values. */
export interface ImageRow extends PixelOptions {
  readonly label: string
  readonly images: ImageStack
}

export interface ImageFigureOptions {
  readonly title: string
  /** A sentence in plain words: what to see. */
  readonly description?: string
  /** Captions over the columns. */
  readonly columns?: readonly string[]
  readonly rows: readonly ImageRow[]
  /**
   * Side of a shown picture in CSS pixels; pictures of fewer pixels are enlarged by whole squares, so that rows of a pyramid line up.
   * @defaultValue twice the width of the largest picture, and at least 56
   */
  readonly size?: number
}

/** Pictures in a grid with captions per row and column, every pixel a sharp square. */
export function imageFigure({ title, description, columns, rows, size }: ImageFigureOptions): Html {
  const width = size ?? Math.max(56, 2 * Math.max(1, ...rows.map(({ images }) => images.width)))
  const head =
    columns != null &&
    html`<thead>
      <tr>
        <td></td>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>`
  return html`<figure class="images">
    <h4>${title}</h4>
    <div class="scroll">
      <table>
        ${head}
        <tbody>
          ${rows.map((row) => imageRow(row, { width, columns }))}
        </tbody>
      </table>
    </div>
    ${description != null && html`<figcaption><p>${description}</p></figcaption>`}
  </figure>`
}

function imageRow({ label, images, range }: ImageRow, { width, columns }: { width: number; columns: readonly string[] | undefined }): Html {
  const size = images.height * images.width * (images.channels ?? 1)
  const height = Math.round((width * images.height) / images.width)
  // One range for the whole row, or pictures that differ in brightness would look alike.
  const bounds = valueRange(images, range == null ? {} : { range })
  return html`<tr>
    <th scope="row">${label}</th>
    ${Array.from({ length: countImages(images) }, (_, n) => {
      const one = { ...images, data: images.data.subarray(n * size, (n + 1) * size) }
      const source = pngDataUri(imageSheet(one, { range: bounds }))
      return html`<td>
        <img src="${source}" width="${width}" height="${height}" alt="${`${label}, ${columns?.[n] ?? `picture ${n + 1}`}`}" />
      </td>`
    })}
  </tr> `
}

/** A PNG as the address of an `<img>` that needs no file beside the page. */
export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`
}
