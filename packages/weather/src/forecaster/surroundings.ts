import { tf } from "@scalewise/nn"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/** What lies around a grid. */
export interface Surroundings {
  /** The first column is the eastern neighbour of the last. */
  readonly isPeriodic: boolean
  /** The first or last row lies at a pole: beyond it are the rows of the other side, half-way round. */
  readonly north: boolean
  readonly south: boolean
}

/** What lies around the fields of a grid. */
export function surroundingsOf({ latitudes, isPeriodic }: LatLonGrid): Surroundings {
  const spacing = latitudes.length > 1 ? Math.abs(latitudes[0]! - latitudes[1]!) : 180
  const isNearPole = (latitude: number): boolean => isPeriodic && Math.abs(latitude) > 90 - spacing
  return { isPeriodic, north: isNearPole(latitudes[0]!), south: isNearPole(latitudes.at(-1)!) }
}

/**
 * Maps [B, H, W, C] with `reach` further sites on each side, [B, H + 2 reach, W + 2 reach, C]: round the globe and over the poles where
 * they go, else copies of the edge.
 */
export function withSurroundings(maps: tf.Tensor, reach: number, { isPeriodic, north, south }: Surroundings): tf.Tensor {
  if (reach === 0) return maps.clone()
  const [, height, width] = maps.shape as [number, number, number, number]
  const row = (at: number): tf.Tensor => maps.slice([0, at], [-1, 1])
  const opposite = (at: number): tf.Tensor => turned(row(Math.min(Math.max(at, 0), height - 1)), Math.floor(width / 2))
  const away = Array.from({ length: reach }, (_, i) => i)
  return tf.tidy(() => {
    const above = away.map((i) => (north ? opposite(reach - 1 - i) : row(0)))
    const below = away.map((i) => (south ? opposite(height - 1 - i) : row(height - 1)))
    const tall = tf.concat([...above, maps, ...below], 1)
    const column = (at: number): tf.Tensor => tall.slice([0, 0, at], [-1, -1, 1])
    const inside = (at: number): number => (isPeriodic ? ((at % width) + width) % width : Math.min(Math.max(at, 0), width - 1))
    return tf.concat([...away.map((i) => column(inside(i - reach))), tall, ...away.map((i) => column(inside(width + i)))], 2)
  })
}

/** Columns moved round by `by`. */
const turned = (row: tf.Tensor, by: number): tf.Tensor =>
  by === 0 ? row : tf.concat([row.slice([0, 0, by], [-1, -1, -1]), row.slice([0, 0, 0], [-1, -1, by])], 2)
