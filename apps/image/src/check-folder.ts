import { access, constants, stat } from "node:fs/promises"
import path from "node:path"
import { DataError } from "@scalewise/nn"

/**
 * Makes sure, before anything long begins, that a folder is there or can be made; makes nothing.
 *
 * @throws DataError where a file is in the way, the system's error where it may not be written
 */
export async function checkFolder(folder: string): Promise<void> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = await stat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined // look at what is above
      throw error
    })
    if (!found) continue
    if (!found.isDirectory())
      throw new DataError(`${folder}: expected a folder or the name of a new one, found the file ${at}; choose another with --out`)
    return access(at, constants.W_OK)
  }
}
