import { createHash } from "node:crypto"
import { open, rename, rm } from "node:fs/promises"
import { DataError } from "@scalewise/nn/errors"
import type { PublicSet } from "@scalewise/weather/data"

export interface FetchSetOptions {
  readonly signal: AbortSignal
  readonly onBytes: (done: number) => void
}

/**
 * Fetches a public set that is one file and checks it. The file appears under its name when its checksum is right.
 *
 * @throws DataError where the address does not answer, or answers with another file
 */
export async function fetchSet({ name, address, sha256 }: PublicSet, target: string, { signal, onBytes }: FetchSetOptions): Promise<void> {
  const part = `${target}.part`
  const response = await fetch(address, { signal }).catch((cause: unknown) => {
    if (signal.aborted) throw cause
    throw new DataError(`${name}: expected an answer from ${address}, got none; check the connection, or fetch the file in another way`, {
      cause,
    })
  })
  if (!response.ok || !response.body)
    throw new DataError(
      `${name}: expected a file at ${address}, got status ${response.status}; it may have moved, so look for it by its name`,
    )
  const file = await open(part, "w")
  try {
    const hash = createHash("sha256")
    let done = 0
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      hash.update(piece)
      await file.write(piece)
      onBytes((done += piece.length))
    }
    const found = hash.digest("hex")
    if (found !== sha256)
      throw new DataError(
        `${name}: expected the file with the checksum ${sha256}, got ${found}; it was changed or cut on the way, so fetch it again`,
      )
    await file.close()
    await rename(part, target)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(part, { force: true })
    throw error
  }
}
