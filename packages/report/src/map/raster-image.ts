import { encode } from "fast-png"
import { stepper, type ColorScale } from "./color-scale.ts"
import type { ResampledField } from "./resample-field.ts"

/** A field in the steps of a colour scale as the bytes of a PNG of its size: one byte a pixel, transparent where data is missing. */
export function rasterImage({ width, height, values }: ResampledField, scale: ColorScale): Uint8Array {
  const stepOf = stepper(scale)
  return encode({
    width,
    height,
    depth: 8,
    channels: 1,
    // The transparent colour comes first: fast-png counts transparent colours from the start of the palette.
    data: Uint8Array.from(values, (value) => (Number.isFinite(value) ? 1 + stepOf(value) : 0)),
    palette: [[255, 255, 255, 0], ...scale.colors.map(([red, green, blue]) => [red, green, blue, 255])],
  })
}
