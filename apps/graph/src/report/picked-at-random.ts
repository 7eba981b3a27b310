import { randomStream } from "@scalewise/nn"

/** So many items at random, in random order: files are often sorted by size. */
export function pickedAtRandom<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const order = randomStream(seed).fold("picked").permutation(items.length)
  return Array.from(order.subarray(0, count), (i) => items[i]!)
}
