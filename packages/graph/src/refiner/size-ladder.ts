/** Named sizes of a batch: nodes, pairs, triangles, sites. */
export type Sizes = Readonly<Record<string, number>>

/**
 * Rounds the sizes of random batches up to a few, so that a captured step meets few shapes: all sizes of a rung are `growth` times those
 * of the rung below, and the lowest rung holds an average batch.
 */
export function sizeLadder(average: Sizes, growth = 1.5): (needed: Sizes) => Sizes {
  const rung = (height: number): Sizes =>
    Object.fromEntries(Object.entries(average).map(([name, size]) => [name, Math.ceil((size + 1) * growth ** height)]))
  return (needed) => {
    for (let height = 0; ; height++) {
      const sizes = rung(height)
      if (Object.entries(needed).every(([name, size]) => size <= sizes[name]!)) return sizes
    }
  }
}
