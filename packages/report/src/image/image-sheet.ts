import { encode } from "fast-png"

/** A stack of equal pictures, as a tensor [N, H, W, C] read to JavaScript holds them (rows first, channels last). */
export interface ImageStack {
  /** N * height * width * channels values. */
  readonly data: Float32Array | Uint8Array | Uint8ClampedArray
  readonly height: number
  readonly width: number
  /**
   * 1 is grey, 3 is red, green and blue.
   * @defaultValue 1
   */
  readonly channels?: 1 | 3
}

export interface PixelOptions {
  /**
   * The values shown as black and white. `"symmetric"` puts zero at middle grey, for residual bands; `"fit"` takes the smallest and
   * largest value of the whole stack.
   * @defaultValue [0, 1] for floating point, [0, 255] for bytes
   */
  readonly range?: readonly [number, number] | "symmetric" | "fit"
}

export interface ImageSheetOptions extends PixelOptions {
  /**
   * Pictures a row.
   * @defaultValue as square as it goes
   */
  readonly columns?: number
  /**
   * Pixels between pictures, after zooming.
   * @defaultValue 2
   */
  readonly gap?: number
  /**
   * Each pixel becomes a square of this side.
   * @defaultValue 1
   */
  readonly zoom?: number
  /**
   * Grey of the gaps, 0 to 255.
   * @defaultValue 128
   */
  readonly ground?: number
}

/** The bytes of one PNG that holds all pictures of a stack in a grid, row by row. */
export function imageSheet(images: ImageStack, { columns, gap = 2, zoom = 1, ground = 128, range }: ImageSheetOptions = {}): Uint8Array {
  const { height, width, channels = 1 } = images
  const count = countImages(images)
  const perRow = columns ?? Math.max(1, Math.ceil(Math.sqrt(count)))
  const pixels = toPixels(images, range == null ? {} : { range })
  const rows = Math.max(1, Math.ceil(count / perRow))
  const sheet = {
    width: perRow * (width * zoom + gap) - gap,
    height: rows * (height * zoom + gap) - gap,
  }
  const data = new Uint8Array(sheet.width * sheet.height * channels).fill(ground)
  for (let n = 0; n < count; n++) {
    const top = Math.floor(n / perRow) * (height * zoom + gap)
    const left = (n % perRow) * (width * zoom + gap)
    for (let y = 0; y < height * zoom; y++)
      for (let x = 0; x < width * zoom; x++) {
        const from = ((n * height + Math.floor(y / zoom)) * width + Math.floor(x / zoom)) * channels
        data.set(pixels.subarray(from, from + channels), ((top + y) * sheet.width + left + x) * channels)
      }
  }
  return encode({ ...sheet, data, channels, depth: 8 })
}

/** How many pictures a stack holds. */
export function countImages({ data, height, width, channels = 1 }: ImageStack): number {
  const count = data.length / (height * width * channels)
  if (!Number.isInteger(count))
    throw new RangeError(`images: expected a multiple of ${height} x ${width} x ${channels} values, got ${data.length}`)
  return count
}

/** Values to bytes; outside the range is black or white, and what is not a number is black. */
function toPixels(images: ImageStack, options: PixelOptions): Uint8Array {
  const { data } = images
  const [low, high] = valueRange(images, options)
  const scale = high > low ? 255 / (high - low) : 0
  const pixels = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) pixels[i] = Math.max(0, Math.min(255, Math.round((data[i]! - low) * scale)))
  return pixels
}

/** The values that a stack shows as black and white. */
export function valueRange({ data }: ImageStack, { range }: PixelOptions = {}): readonly [number, number] {
  if (range == null) return data instanceof Float32Array ? [0, 1] : [0, 255]
  if (typeof range !== "string") return range
  let [low, high] = [Infinity, -Infinity]
  for (const value of data) {
    if (value < low) low = value
    if (value > high) high = value
  }
  if (range === "fit") return [low, high]
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1
  return [-size, size]
}
