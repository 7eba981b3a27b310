/** Named sizes of a batch: nodes, pairs, triangles, sites. */
export type Sizes = Readonly<Record<string, number>>

/** Room of the lowest rung, in average batches: most fit, and a captured step is made once for each rung. */
const room = 1.25
/** Sizes of a rung over those of the rung below. */
const growth = 1.6

/** Rounds the sizes of random batches up to a few, so that a captured step meets few shapes. */
export function sizeLadder(average: Sizes): (needed: Sizes) => Sizes {
  const rung = (height: number): Sizes =>
    Object.fromEntries(Object.entries(average).map(([name, size]) => [name, Math.ceil((size + 1) * room * growth ** height)]))
  return (needed) => {
    for (let height = 0; ; height++) {
      const sizes = rung(height)
      if (Object.entries(needed).every(([name, size]) => size <= sizes[name]!)) return sizes
    }
  }
}

/** Means of the sizes of some trial batches. */
export function averageSizes(trials: number, sizes: (trial: number) => Sizes): Sizes {
  const all = Array.from({ length: trials }, (_, trial) => sizes(trial))
  return Object.fromEntries(Object.keys(all[0]!).map((name) => [name, Math.ceil(all.reduce((sum, one) => sum + one[name]!, 0) / trials)]))
}

/** Sizes that dense graphs of so many nodes need, all pairs and, with triangles, all triples, and one node and pair of padding. */
export function pairSizes(nodes: readonly number[], { triangles }: { readonly triangles: number }): Sizes {
  const sum = (of: (n: number) => number): number => nodes.reduce((total, n) => total + of(n), 0)
  return {
    nodes: sum((n) => n) + 1,
    pairs: sum((n) => (n * (n - 1)) / 2) + 1,
    triangles: triangles > 0 ? sum((n) => (n * (n - 1) * (n - 2)) / 6) : 0,
  }
}
