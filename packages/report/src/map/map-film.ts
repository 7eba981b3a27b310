import type { Chart } from "../chart/chart.ts"
import { formatNumber } from "../format-number.ts"
import { mapFigure, type MapFigureOptions, type MapRow } from "./map-figure.ts"

/** A field as it stands after one scale of a coarse-to-fine refinement. */
export interface MapFrame {
  /** [H, W]. */
  readonly field: ArrayLike<number>
  /** The shortest wave that the scale can hold, km. */
  readonly wavelength: number
}

export interface MapFilmOptions
  extends Pick<MapFigureOptions, "title" | "description" | "grid" | "width">, Pick<MapRow, "units" | "palette" | "contours" | "extrema"> {
  /** Coarse to fine. */
  readonly frames: readonly MapFrame[]
}

/** The frames of one refinement side by side, each under its wavelength, above what each scale added to the one before. */
export function mapFilm({ frames, units, palette, contours, extrema, ...options }: MapFilmOptions): Chart {
  return mapFigure({
    ...options,
    columns: frames.map(({ wavelength }, k) => `${k + 1}: ≥ ${formatNumber(wavelength)} km`),
    rows: [
      {
        label: "Waves of at least the length above",
        units,
        panels: frames.map(({ field }) => field),
        ...(palette != null && { palette }),
        ...(contours != null && { contours }),
        ...(extrema != null && { extrema }),
      },
      {
        label: "Added by the scale",
        units,
        palette: "diverging",
        panels: frames.map(({ field }, k) => difference(field, frames[k - 1]?.field)),
      },
    ],
  })
}

function difference(field: ArrayLike<number>, before: ArrayLike<number> | undefined): Float64Array | null {
  return before == null ? null : Float64Array.from(field, (value, i) => value - before[i]!)
}
