import { CheckpointError } from "@scalewise/nn"

/** The shape of each tensor of a state dict. */
export type TensorShapes = Readonly<Record<string, readonly number[]>>

/** One dimension of a tensor that is known to have the size in question. */
export type Witness = readonly [name: string, axis: number]

/**
 * The size that most witnesses have. A tensor that lacks the dimension or has it wrong is outvoted, so that it can be named later by the
 * comparison of all shapes instead of making all others look wrong.
 *
 * @param what - what the size is, for the message
 * @param where - the file, for the message
 * @throws CheckpointError where none of the tensors is there
 */
export function agreedSize(shapes: TensorShapes, witnesses: readonly Witness[], what: string, where: string): number {
  const votes = new Map<number, number>()
  for (const [name, axis] of witnesses) {
    const size = shapes[name]?.[axis]
    if (size !== undefined) votes.set(size, (votes.get(size) ?? 0) + 1)
  }
  let winner: number | undefined
  for (const [size, count] of votes) if (winner === undefined || count > votes.get(winner)!) winner = size
  if (winner !== undefined) return winner
  const names = [...new Set(witnesses.map(([name]) => `"${name}"`))]
  throw new CheckpointError(`${where}: expected ${what} to be seen from ${names.join(", ")}, found none of them; the file is not complete`)
}

/** One more than the largest number that the pattern's first group finds in the names; 0 where it finds none. */
export function countOf(shapes: TensorShapes, pattern: RegExp): number {
  let count = 0
  for (const name of Object.keys(shapes)) {
    const index = pattern.exec(name)?.[1]
    if (index !== undefined) count = Math.max(count, Number(index) + 1)
  }
  return count
}
