import { readdir, realpath, stat } from "node:fs/promises"
import path from "node:path"
import { DataError } from "@scalewise/nn"
import type { BrokenFile } from "../broken-file.ts"

/** A file that may be a picture, and where it lies. */
export interface ListedFile {
  /** Path from the dataset's folder, with "/". */
  readonly name: string
  /** The class folder; undefined for a file beside the class folders. */
  readonly className: string | undefined
  readonly split: "train" | "test" | undefined
}

/** What a folder of images holds, by names alone. */
export interface FileListing {
  readonly files: readonly ListedFile[]
  /** Links that lead nowhere. */
  readonly broken: readonly BrokenFile[]
  /** Folders beside `train` and the test folder. */
  readonly unused: readonly string[]
}

/** Names of the folder of held-out images, the first that exists. */
const testNames = ["test", "val", "valid", "validation"]

/**
 * Lists the files of a folder of images, `CLASS/...` or `train/CLASS/...` and `test/CLASS/...` (or `val`), in the order of their names.
 * Hidden files are passed over; folders inside a class folder belong to the class; links are followed.
 *
 * @throws DataError where the folder cannot be read
 */
export async function listImageFiles(folder: string): Promise<FileListing> {
  const broken: BrokenFile[] = []
  const top = await entriesOf(folder, "", broken)
  const folderNamed = (wanted: string): Entry | undefined => top.find(({ name, isFolder }) => isFolder && name.toLowerCase() === wanted)
  const train = folderNamed("train")
  const test = train && testNames.map(folderNamed).find((entry) => entry !== undefined)
  const roots = train ? [{ root: train.name, split: "train" as const }] : [{ root: "", split: undefined }]
  const files: ListedFile[] = []
  for (const { root, split } of [...roots, ...(test ? [{ root: test.name, split: "test" as const }] : [])])
    for (const { name, isFolder } of root === "" ? top : await entriesOf(folder, root, broken)) {
      const names = isFolder ? await filesUnder(folder, name, broken) : [name]
      const className = isFolder ? path.posix.basename(name) : undefined
      for (const file of names) files.push({ name: file, className, split })
    }
  const unused = train ? top.filter((entry) => entry !== train && entry !== test).map(({ name }) => name) : []
  return { files, broken, unused }
}

interface Entry {
  /** Path from the dataset's folder. */
  readonly name: string
  readonly isFolder: boolean
}

/** Sorted by code points, as the loaders of other frameworks number classes. */
async function entriesOf(folder: string, inside: string, broken: BrokenFile[]): Promise<Entry[]> {
  const at = path.join(folder, inside)
  const found = await readdir(at, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DataError(`${at}: expected a readable folder, got "${(cause as Error).message}"; check the path and its permissions`, {
      cause,
    })
  })
  const entries: Entry[] = []
  for (const entry of found) {
    if (entry.name.startsWith(".")) continue
    const name = path.posix.join(inside, entry.name)
    const target = entry.isSymbolicLink() ? await stat(path.join(folder, name)).catch(() => undefined) : entry
    if (!target) broken.push({ file: name, reason: "is a link that leads nowhere" })
    else if (target.isDirectory() || target.isFile()) entries.push({ name, isFolder: target.isDirectory() })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** All files at any depth; a folder that links lead back to is entered once. */
async function filesUnder(folder: string, inside: string, broken: BrokenFile[]): Promise<string[]> {
  const files: string[] = []
  const entered = new Set<string>()
  const visit = async (name: string): Promise<void> => {
    const real = await realpath(path.join(folder, name))
    if (entered.has(real)) return
    entered.add(real)
    for (const entry of await entriesOf(folder, name, broken)) {
      if (entry.isFolder) await visit(entry.name)
      else files.push(entry.name)
    }
  }
  await visit(inside)
  return files
}
