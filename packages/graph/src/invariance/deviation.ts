/** Largest difference of two lists of numbers, and the largest number of either. */
export interface Deviation {
  readonly difference: number
  readonly largest: number
}

/** No numbers compared yet. */
export const noDeviation: Deviation = { difference: 0, largest: 0 }

/** Adds another comparison; a number that is not finite differs by infinity. */
export function deviating(so: Deviation, a: ArrayLike<number>, b: ArrayLike<number>): Deviation {
  let { difference, largest } = so
  if (a.length !== b.length) return { difference: Infinity, largest }
  for (let i = 0; i < a.length; i++) {
    const own = Math.abs(a[i]! - b[i]!)
    difference = Math.max(difference, Number.isFinite(own) ? own : Infinity)
    largest = Math.max(largest, Math.abs(a[i]!), Math.abs(b[i]!))
  }
  return { difference, largest }
}

/** Largest difference in units of the largest number: max |a - b| / max |a|. */
export const relative = ({ difference, largest }: Deviation): number => (difference === 0 ? 0 : difference / largest)

/** The difference of two numbers as a part of the larger. */
export const relativeDifference = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)))
