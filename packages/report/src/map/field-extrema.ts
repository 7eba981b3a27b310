import type { ResampledField } from "./resample-field.ts"

/** A place where a field is highest or lowest far around, in CSS pixels. */
export interface FieldExtremum {
  readonly kind: "high" | "low"
  readonly x: number
  readonly y: number
}

/** How far around an extremum has to be one: CSS pixels, and as a share of the width of the map if that is more. */
const reach = { pixels: 34, share: 0.1 }
/** CSS pixels that it keeps from the edge. */
const edgeDistance = 12

/** The highs and lows that stand out from the mean of their surroundings by at least `prominence`. */
export function fieldExtrema(
  { width, height, values }: ResampledField,
  { prominence, pixels }: { prominence: number; pixels: number },
): FieldExtremum[] {
  const [radius, edge] = [Math.ceil(Math.max(reach.pixels / pixels, reach.share * width)), Math.ceil(edgeDistance / pixels)]
  const found: FieldExtremum[] = []
  for (let y = edge; y < height - edge; y++)
    for (let x = edge; x < width - edge; x++) {
      const value = values[y * width + x]!
      if (!Number.isFinite(value)) continue
      let [sum, count, isHighest, isLowest] = [0, 0, true, true]
      for (let j = Math.max(0, y - radius); j <= Math.min(height - 1, y + radius) && (isHighest || isLowest); j++)
        for (let i = Math.max(0, x - radius); i <= Math.min(width - 1, x + radius); i++) {
          const other = values[j * width + i]!
          if (Math.hypot(i - x, j - y) > radius || (i === x && j === y) || !Number.isFinite(other)) continue
          sum += other
          count++
          // Of equal neighbours the first in reading order is the extremum, or a flat top would have none or many.
          const isBefore = j < y || (j === y && i < x)
          if (isBefore ? other >= value : other > value) isHighest = false
          if (isBefore ? other <= value : other < value) isLowest = false
        }
      const excess = value - sum / Math.max(1, count)
      if (isHighest && excess >= prominence) found.push({ kind: "high", x: (x + 0.5) * pixels, y: (y + 0.5) * pixels })
      if (isLowest && -excess >= prominence) found.push({ kind: "low", x: (x + 0.5) * pixels, y: (y + 0.5) * pixels })
    }
  return found
}
