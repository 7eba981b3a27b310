/**
 * Which drawn codes a round shows; what is not shown is drawn again in the next round, given what is. Every order treats all items alike,
 * so that the law stays exchangeable.
 *
 * - `random`: each item is shown in one of `rounds` rounds at random.
 * - `local-maxima`: an item is shown if its priority is the largest among the hidden items that it touches, so that no two touching items
 *   are drawn together (Luby 1986). Priorities are random, or the log-probability of what was drawn with Gumbel noise (`confidence` > 0 is the
 *   weight of the noise against it).
 */
export type RevealOrder =
  | { readonly kind: "random"; readonly rounds: number }
  | {
      readonly kind: "local-maxima"
      /** In the last of so many rounds everything is shown. */
      readonly rounds: number
      /** Absent: random priorities. Else log-probability + `noise` x Gumbel. */
      readonly confidence?: { readonly noise: number }
    }

/** Probability that a hidden item is shown in round `round` (from 1) of a random order. */
export const showProbability = (round: number, rounds: number): number => 1 / Math.max(1, rounds - round + 1)

/** Items of a set of groups that are larger than all others of every group they belong to; ties go to the earlier item. */
export function localMaxima(
  items: Int32Array,
  priority: ArrayLike<number>,
  groupsOf: (item: number) => readonly number[],
  groups: number,
): Int32Array {
  const leader = new Int32Array(groups).fill(-1)
  for (const item of items)
    for (const group of groupsOf(item)) if (leader[group]! < 0 || priority[item]! > priority[leader[group]!]!) leader[group] = item
  return items.filter((item) => groupsOf(item).every((group) => leader[group] === item))
}
