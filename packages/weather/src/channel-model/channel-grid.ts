/** A channel that closes upon itself eastward between two walls. Fields have a row for each wall, [rows + 2, columns], south to north. */
export interface ChannelGrid {
  /** Between the walls. */
  readonly rows: number
  /** A power of two. */
  readonly columns: number
  /** Metres between columns. */
  readonly dx: number
  /** Metres between rows. */
  readonly dy: number
}

/** Writes the Laplacian of a field (five points) to its rows between the walls. */
export function laplacian({ rows, columns, dx, dy }: ChannelGrid, field: Float64Array, out: Float64Array): void {
  const [x, y] = [1 / (dx * dx), 1 / (dy * dy)]
  for (let row = 1; row <= rows; row++) {
    const first = row * columns
    for (let column = 0; column < columns; column++) {
      const at = first + column
      const west = first + ((column + columns - 1) & (columns - 1))
      const east = first + ((column + 1) & (columns - 1))
      const here = field[at]!
      out[at] = (field[west]! + field[east]! - 2 * here) * x + (field[at - columns]! + field[at + columns]! - 2 * here) * y
    }
  }
}

/**
 * Subtracts the advection of q by the flow of streamfunction psi, J(psi, q), from `out` between the walls. Arakawa's Jacobian (Journal of
 * Computational Physics 1, 1966, Eq. 46) keeps energy and enstrophy, without which a model of many years blows up.
 */
export function subtractAdvection({ rows, columns, dx, dy }: ChannelGrid, psi: Float64Array, q: Float64Array, out: Float64Array): void {
  const scale = 1 / (12 * dx * dy)
  for (let row = 1; row <= rows; row++) {
    const first = row * columns
    for (let column = 0; column < columns; column++) {
      const at = first + column
      const w = first + ((column + columns - 1) & (columns - 1))
      const e = first + ((column + 1) & (columns - 1))
      const n = at + columns
      const s = at - columns
      const ne = e + columns
      const nw = w + columns
      const se = e - columns
      const sw = w - columns
      const plus = (psi[e]! - psi[w]!) * (q[n]! - q[s]!) - (psi[n]! - psi[s]!) * (q[e]! - q[w]!)
      const cross = psi[e]! * (q[ne]! - q[se]!) - psi[w]! * (q[nw]! - q[sw]!) - psi[n]! * (q[ne]! - q[nw]!) + psi[s]! * (q[se]! - q[sw]!)
      const times =
        q[n]! * (psi[ne]! - psi[nw]!) - q[s]! * (psi[se]! - psi[sw]!) - q[e]! * (psi[ne]! - psi[se]!) + q[w]! * (psi[nw]! - psi[sw]!)
      out[at] = out[at]! - (plus + cross + times) * scale
    }
  }
}
