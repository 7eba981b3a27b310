import { chunkBytes, fileError, nodeFileSystem, type FileSystem } from "./file-system.ts"

/** Where the bytes of a file go, in order. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>

let writes = 0

/** What the names of unfinished files end with; a process that was killed leaves them behind. */
export const unfinished = /\.tmp-\d+-\d+$/

/**
 * Writes a file whole or not at all: into a temporary file in the same folder, flushed to the disk, then renamed.
 * Whatever happens before the rename, a file of that name keeps its old bytes, and the temporary file is removed.
 *
 * @throws CheckpointError in one sentence for a full disk, a read-only folder and the like
 */
export async function writeAtomically(path: string, produce: (sink: ByteSink) => Promise<void>, fileSystem?: FileSystem): Promise<void> {
  const files = fileSystem ?? (await nodeFileSystem())
  const temporary = `${path}.tmp-${globalThis.process?.pid ?? 0}-${++writes}`
  try {
    const file = await files.open(temporary, "w")
    try {
      await produce(async (bytes) => {
        for (let done = 0; done < bytes.byteLength;) {
          const { bytesWritten } = await file.write(bytes, done, Math.min(chunkBytes, bytes.byteLength - done))
          done += bytesWritten
        }
      })
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(temporary, path)
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => {})
    throw fileError("write", path, error)
  }
  await syncFolder(path, files)
}

/** Makes the rename itself durable, where the system can open folders (Windows cannot: there it is durable already). */
async function syncFolder(path: string, files: FileSystem): Promise<void> {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))
  const folder = cut < 0 ? "." : path.slice(0, Math.max(cut, 1))
  try {
    const handle = await files.open(folder, "r")
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // The file is complete either way; only its survival of a power cut is less certain.
  }
}
