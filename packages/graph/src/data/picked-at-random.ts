import type { RandomStream } from "@scalewise/nn"

/** At most so many different items, in random order: files are often sorted by size. */
export const pickedAtRandom = <Item>(items: readonly Item[], count: number, random: RandomStream): Item[] =>
  Array.from(random.permutation(items.length).subarray(0, count), (i) => items[i]!)
