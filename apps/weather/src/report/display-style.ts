import type { MapPalette } from "@scalewise/report"
import { canonicalUnits, type FieldVariable } from "@scalewise/weather"

/** How a variable is shown: pressure as on weather charts, whatever the unit in the file. */
export interface DisplayStyle {
  readonly units: string
  /** Shown value = value x scale; scores have the same scale, spectra its square. */
  readonly scale: number
  readonly palette: MapPalette
  /** Distance of contour lines in shown units; no lines where absent. */
  readonly contours?: number
  /** By how much highs and lows have to stand out, shown units. */
  readonly extrema?: number
}

/** Contour distances in use on weather charts, by unit: isobars, and lines of height or geopotential. */
const chartLines: Readonly<Record<string, { readonly contours: number; readonly extrema?: number }>> = {
  hPa: { contours: 4, extrema: 4 },
  m: { contours: 60 },
  dam: { contours: 6 },
  "m2 s-2": { contours: 600 },
}

/**
 * The style of a variable. Pa becomes hPa; lines are drawn where charts have them and no more than 40 would be needed.
 *
 * @param values - fields to be shown, in the variable's units
 */
export function displayStyle({ units }: Pick<FieldVariable, "units">, values: ArrayLike<number>): DisplayStyle {
  const canonical = canonicalUnits(units)
  const isPascal = canonical === "Pa"
  const scale = isPascal ? 0.01 : 1
  const shown = isPascal ? "hPa" : canonical
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * scale
    if (value < low) low = value
    if (value > high) high = value
  }
  const lines = chartLines[shown]
  const isDrawn = lines !== undefined && (high - low) / lines.contours <= 40 && (high - low) / lines.contours >= 1
  return { units: withSuperscripts(shown), scale, palette: "sequential", ...(isDrawn && lines) }
}

/** "m2 s-2" as people write it: "m² s⁻²". */
const withSuperscripts = (units: string): string =>
  units.replaceAll(/(?<=[a-zA-Z])-?\d+/g, (power) => power.replaceAll(/./g, (sign) => superscripts[sign] ?? sign))

const superscripts: Readonly<Record<string, string>> = { "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴" }
