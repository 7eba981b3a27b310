import { ConfigError } from "@scalewise/nn"

/** Height and width of one scale, in latent sites. */
export type Grid = readonly [height: number, width: number]

/** The grids of a pyramid, coarse to fine, and how their sites line up as one token sequence. */
export interface GridSchedule {
  /** [h_k, w_k] of scale k at index k - 1. */
  readonly grids: readonly Grid[]
  /** K, the number of scales. */
  readonly steps: number
  /** L_k = h_k w_k, the sites of scale k. */
  readonly tokens: readonly number[]
  /** Where scale k begins in the sequence of all sites (row-major inside a scale). */
  readonly offsets: readonly number[]
  /** L, the sum of all L_k. */
  readonly length: number
  /** The grid of scale K, which is that of the latent. */
  readonly finest: Grid
}

/**
 * A schedule of grids, coarse to fine: `gridSchedule([1, 2, 3, 4])` or, rectangular, `gridSchedule([[1, 2], [2, 4], [4, 8]])`.
 * Two equal neighbours are legal (plain residual quantisation).
 *
 * @param sizes - one entry per scale: the side of a square or [height, width]
 * @throws ConfigError for no scale, a side that is not a positive integer, or a grid that shrinks
 */
export function gridSchedule(sizes: readonly (number | Grid)[]): GridSchedule {
  const grids = sizes.map((size): Grid => (typeof size === "number" ? [size, size] : [size[0], size[1]]))
  const finest = grids.at(-1)
  if (finest === undefined) throw new ConfigError("gridSchedule: expected at least one grid, got none")
  for (const [index, [height, width]] of grids.entries()) {
    if (![height, width].every((side) => Number.isSafeInteger(side) && side > 0))
      throw new ConfigError(`gridSchedule: expected positive integers as sides, got ${height}x${width} at scale ${index + 1}`)
    const coarser = grids[index - 1] ?? [1, 1]
    if (height < coarser[0] || width < coarser[1])
      throw new ConfigError(
        `gridSchedule: expected grids from coarse to fine, got ${coarser.join("x")} before ${height}x${width} at scale ${index + 1}`,
      )
  }
  const tokens = grids.map(([height, width]) => height * width)
  const offsets: number[] = []
  let length = 0
  for (const count of tokens) {
    offsets.push(length)
    length += count
  }
  return { grids, steps: grids.length, tokens, offsets, length, finest }
}

/** The grid of scale `step`, counted from 1. */
export function gridAt(schedule: GridSchedule, step: number): Grid {
  const grid = schedule.grids[step - 1]
  if (grid === undefined) throw new ConfigError(`expected a scale from 1 to ${schedule.steps}, got ${step}`)
  return grid
}
