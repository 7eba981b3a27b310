import { DataError } from "@scalewise/nn"

/** A file, or a part of one, that was left out. */
export interface BrokenFile {
  /** Path inside the dataset's folder. */
  readonly file: string
  /** What is wrong, to be read after the name: "is empty". */
  readonly reason: string
}

/**
 * Refuses a dataset with broken files.
 *
 * @throws DataError that names the first of them and says how many there are
 */
export function refuseBroken(folder: string, broken: readonly BrokenFile[]): void {
  const [first] = broken
  if (!first) return
  const others = broken.length === 1 ? "" : ` (and ${broken.length - 1} more)`
  throw new DataError(
    `${folder}: expected readable images only, got a file that is not: ${first.file} ${first.reason}${others}; mend or remove it, or do without strict`,
  )
}
