import { extent } from "d3-array"
import { contours } from "d3-contour"
import { levelText } from "./color-bar.ts"
import type { ResampledField } from "./resample-field.ts"

/** Lines of equal value over a map, in CSS pixels. */
export interface ContourLines {
  /** SVG path data. */
  readonly path: string
  readonly labels: readonly ContourLabel[]
}

/** A value written into its line. */
export interface ContourLabel {
  readonly x: number
  readonly y: number
  /** Degrees clockwise. */
  readonly angle: number
  readonly text: string
}

const nearby = 1e-6
/** CSS pixels: shorter lines are specks. */
const shortest = 8

/** Radians: steeper words are hard to read. */
const steepest = Math.PI / 3

type Point = readonly [number, number]

const mostLines = 80
/** CSS pixels: how long a line must be for a label, how far labels keep from each other and from the edge. */
const [shortestLabelled, labelDistance, edgeDistance] = [56, 34, 16]

/** Lines at the multiples of `interval`. `pixels` is the side of a box of the field in CSS pixels. */
export function contourLines(field: ResampledField, { interval, pixels }: { interval: number; pixels: number }): ContourLines {
  const [low, high] = extent(field.values)
  if (low == null || high == null || low === high) return { path: "", labels: [] }
  const first = Math.ceil(low / interval)
  const count = Math.floor(high / interval) - first + 1
  if (count > mostLines)
    throw new RangeError(
      `map: contours every ${interval} would be ${count} lines; take an interval of at least ${(high - low) / mostLines}`,
    )
  const draw = contours().size([field.width, field.height])
  const values = Array.from(field.values)
  const lines = Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * interval).flatMap((value) =>
    draw
      .contour(values, value)
      .coordinates.flat()
      .flatMap((ring) => openLines(ring as unknown as Point[], field))
      .map((points) => ({ value, points: points.map(([x, y]): Point => [x * pixels, y * pixels]) }))
      .filter(({ points }) => lengthOf(points) >= shortest),
  )
  const path = lines.map(({ points }) => points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${tenth(x)} ${tenth(y)}`).join("")).join("")
  return { path, labels: placeLabels(lines, field.width * pixels, field.height * pixels) }
}

/** d3-contour closes its rings along the edge and round missing data, where no line belongs: cuts them there. */
function openLines(ring: readonly Point[], { width, height, values }: ResampledField): Point[][] {
  const isInside = ([x, y]: Point): boolean => {
    const [column, row] = [x - 0.5, y - 0.5]
    if (column < 0 || row < 0 || column > width - 1 || row > height - 1) return false
    // Beside missing data d3-contour puts points onto the last known box: hence all boxes that touch the point.
    const [left, right] = [Math.max(0, Math.floor(column - nearby)), Math.min(width - 1, Math.ceil(column + nearby))]
    const [top, bottom] = [Math.max(0, Math.floor(row - nearby)), Math.min(height - 1, Math.ceil(row + nearby))]
    for (let r = top; r <= bottom; r++) for (let c = left; c <= right; c++) if (!Number.isFinite(values[r * width + c])) return false
    return true
  }
  // Starts at a cut, so that no line is split where the ring happens to begin.
  const cut = ring.findIndex((point) => !isInside(point))
  const turned = cut < 0 ? ring : [...ring.slice(cut), ...ring.slice(1, cut + 1)]
  const pieces: Point[][] = [[]]
  for (const point of turned) {
    if (isInside(point)) pieces.at(-1)!.push(point)
    else pieces.push([])
  }
  return pieces.filter((piece) => piece.length > 1)
}

/** One label a line, where the line runs most nearly level, away from the edge and from other labels; longest lines first. */
function placeLabels(lines: readonly { value: number; points: readonly Point[] }[], width: number, height: number): ContourLabel[] {
  const labels: ContourLabel[] = []
  const ordered = lines.map((line) => ({ ...line, length: lengthOf(line.points) })).toSorted((a, b) => b.length - a.length)
  for (const { value, points, length } of ordered) {
    if (length < shortestLabelled) break
    let best: { label: ContourLabel; slope: number } | undefined
    for (let i = 2; i < points.length - 2; i++) {
      const [[x, y], [fromX, fromY], [toX, toY]] = [points[i]!, points[i - 2]!, points[i + 2]!]
      const level = Math.atan2(toY - fromY, toX - fromX)
      const angle = level > Math.PI / 2 ? level - Math.PI : level < -Math.PI / 2 ? level + Math.PI : level
      const isFree =
        x > edgeDistance &&
        x < width - edgeDistance &&
        y > edgeDistance / 2 &&
        y < height - edgeDistance / 2 &&
        labels.every((other) => Math.hypot(other.x - x, other.y - y) > labelDistance)
      if (isFree && Math.abs(angle) < (best?.slope ?? steepest))
        best = {
          slope: Math.abs(angle),
          label: { x: tenth(x), y: tenth(y), angle: Math.round((angle * 180) / Math.PI), text: levelText(value) },
        }
    }
    if (best) labels.push(best.label)
  }
  return labels
}

const lengthOf = (points: readonly Point[]): number =>
  points.reduce((sum, [x, y], i) => (i === 0 ? 0 : sum + Math.hypot(x - points[i - 1]![0], y - points[i - 1]![1])), 0)

const tenth = (value: number): number => Math.round(value * 10) / 10
