import { CheckpointError } from "../errors.ts"
import { truncated, type ByteSource } from "./byte-source.ts"

/** An open file, as far as checkpoints need one. */
export interface OpenFile {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>
  stat(): Promise<{ size: number }>
  sync(): Promise<void>
  close(): Promise<void>
}

/** The part of `node:fs/promises` that checkpoints use; tests pass one that fails on purpose. */
export interface FileSystem {
  open(path: string, flags: "r" | "w"): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  rm(path: string, options: { recursive?: boolean; force?: boolean }): Promise<void>
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  readdir(path: string): Promise<string[]>
  readFile(path: string, encoding: "utf8"): Promise<string>
}

/** The real file system. Loaded on first use, so that a browser bundle which reads buffers only never asks for it. */
export const nodeFileSystem = async (): Promise<FileSystem> => import("node:fs/promises")

/** Most file systems and `read(2)` refuse pieces of 2 GiB, so files move in pieces of this many bytes. */
export const chunkBytes = 2 ** 24

/**
 * A source over a file, read by position.
 *
 * @throws CheckpointError where it cannot be opened
 */
export async function fileSource(path: string, fileSystem?: FileSystem): Promise<ByteSource> {
  const files = fileSystem ?? (await nodeFileSystem())
  let file: OpenFile | undefined
  try {
    file = await files.open(path, "r")
    const handle = file
    const { size } = await handle.stat()
    return {
      name: path,
      size,
      async read(position, into) {
        let done = 0
        while (done < into.byteLength) {
          const length = Math.min(chunkBytes, into.byteLength - done)
          const { bytesRead } = await handle.read(into, done, length, position + done).catch((error: unknown) => {
            throw fileError("read", path, error)
          })
          if (bytesRead === 0) throw truncated(path, position + into.byteLength, position + done)
          done += bytesRead
        }
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await file?.close()
    throw fileError("read", path, error)
  }
}

/** Name and remedy of what usually goes wrong with files, by the code of the system. */
const reasons: Record<string, string> = {
  ENOSPC: "the disk is full; free some space or choose another folder",
  EDQUOT: "the disk quota is used up; free some space or choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  EACCES: "permission is denied; choose another folder or change its permissions",
  EPERM: "permission is denied; choose another folder or change its permissions",
  ENOENT: "there is no such file or folder; check the path",
  ENOTDIR: "a part of the path is a file where a folder is needed; check the path",
  EISDIR: "it is a folder where a file is needed; check the path",
  EEXIST: "a file is in the way; check the path",
  EMFILE: "too many files are open; close some programs",
}

/** One sentence for an error of the file system; errors that already are sentences pass. */
export function fileError(verb: "read" | "write", path: string, error: unknown): Error {
  if (error instanceof Error && !("syscall" in error) && !("errno" in error)) return error
  const code = (error as { code?: string }).code ?? "unknown error"
  return new CheckpointError(`cannot ${verb} ${path}: ${reasons[code] ?? `the system says ${code}`}`, { cause: error })
}
