import { DataError } from "@scalewise/nn"
import type { ListedFile } from "./list-image-files.ts"

/** The classes of a folder of images. */
export interface ClassFolders {
  /** Sorted by code points. */
  readonly names: readonly string[]
  /** Undefined for a file that lies outside the class folders. */
  label(file: ListedFile): number | undefined
}

/**
 * The classes are the class folders of the training set, damaged pictures counted, so that damage moves no label. Where there
 * are none, all pictures are of one class, "image".
 *
 * @param files - those that are pictures or claim to be
 * @throws DataError for a class that only the test folder has
 */
export function classFolders(folder: string, files: readonly ListedFile[]): ClassFolders {
  const namesIn = (test: boolean): Set<string> =>
    new Set(files.flatMap(({ className, split }) => ((split === "test") === test ? (className ?? []) : [])))
  const known = namesIn(false)
  const unknown = [...namesIn(true)].find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new DataError(
      `${folder}: expected test pictures of the classes of the training pictures (${[...known].slice(0, 5).join(", ") || "none"}), got the class folder "${unknown}"; add it to the training pictures or remove it`,
    )
  if (known.size === 0) return { names: ["image"], label: () => 0 }
  const names = [...known].sort()
  const labels = new Map(names.map((name, label) => [name, label]))
  return { names, label: ({ className }) => (className === undefined ? undefined : labels.get(className)) }
}
