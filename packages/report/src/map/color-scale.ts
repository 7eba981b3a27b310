import { tickStep } from "d3-array"
import { interpolateBuPu, interpolateRdBu, interpolateYlGnBu } from "d3-scale-chromatic"

/**
 * Colours of a map, all safe for colour-blind readers: `sequential` from pale yellow to blue for amounts, `spread` from white
 * to violet for what should stand apart from them, `diverging` from blue over white to red for departures either way.
 */
export type MapPalette = "sequential" | "spread" | "diverging"

/** Colours in steps: `levels` [n + 1] are the ends of the steps, `colors` [n] their red, green and blue. */
export interface ColorScale {
  readonly levels: readonly number[]
  readonly colors: readonly (readonly [number, number, number])[]
}

export interface ColorScaleOptions {
  readonly palette: MapPalette
  /** Smallest and largest value to be shown. */
  readonly range: readonly [number, number]
  /** Distance of contour lines: steps are this wide, or a multiple where there would be too many. */
  readonly interval?: number
}

// The darkest part of each is left out: lines and words have to be read on every colour.
const ramps: Record<MapPalette, (t: number) => string> = {
  sequential: (t) => interpolateYlGnBu(0.02 + 0.68 * t),
  spread: (t) => interpolateBuPu(0.02 + 0.68 * t),
  diverging: (t) => interpolateRdBu(0.9 - 0.8 * t),
}

const usualSteps = 12
const mostSteps = 18

/** Steps at round numbers that cover a range; the diverging ones lie evenly on both sides of zero. */
export function colorScale({ palette, range: [low, high], interval }: ColorScaleOptions): ColorScale {
  let [from, to] = Number.isFinite(low) && Number.isFinite(high) ? [low, high] : [0, 1]
  if (palette === "diverging") {
    const size = Math.max(Math.abs(from), Math.abs(to)) || 1
    ;[from, to] = [-size, size]
  }
  if (from === to) [from, to] = [from - (Math.abs(from) || 1) / 2, to + (Math.abs(to) || 1) / 2]
  const wished = interval ?? tickStep(from, to, usualSteps)
  const step = wished * Math.max(1, Math.ceil((to - from) / wished / mostSteps))
  const first = Math.floor(from / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9))
  // Through decimal text: 3 * 0.1 is not 0.3.
  const levels = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
  const steps = levels.length - 1
  return { levels, colors: Array.from({ length: steps }, (_, i) => channels(ramps[palette](steps === 1 ? 0.5 : i / (steps - 1)))) }
}

/** Tells the step of values; values beyond the ends take the outermost step. */
export function stepper({ levels }: ColorScale): (value: number) => number {
  const [first, last] = [levels[0]!, levels.length - 2]
  const step = (levels.at(-1)! - first) / (levels.length - 1)
  return (value) => Math.min(last, Math.max(0, Math.floor((value - first) / step)))
}

const channels = (color: string): [number, number, number] => {
  const [red = 0, green = 0, blue = 0] = color.match(/\d+/g)!.map(Number)
  return [red, green, blue]
}
