import { CheckpointError } from "../errors.ts"

/** Bytes at positions: a file, or a buffer that a browser fetched. Readers ask for the ranges that they need and no more. */
export interface ByteSource {
  /** What messages call it: a path, or "buffer". */
  readonly name: string
  /** In bytes; may exceed 2^32. */
  readonly size: number
  /** Fills `into` with the bytes from `position` on. */
  read(position: number, into: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** A source over bytes in memory. */
export function bufferSource(buffer: ArrayBuffer | Uint8Array, name = "buffer"): ByteSource {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer)
  return {
    name,
    size: bytes.byteLength,
    async read(position, into) {
      if (position + into.byteLength > bytes.byteLength) throw truncated(name, position + into.byteLength, bytes.byteLength)
      into.set(bytes.subarray(position, position + into.byteLength))
    },
    async close() {},
  }
}

/** The error for bytes that should be there and are not. */
export function truncated(name: string, needed: number, found: number): CheckpointError {
  return new CheckpointError(`${name}: the file is truncated: expected at least ${needed} bytes, found ${found}; copy or download it again`)
}
