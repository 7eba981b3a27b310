import { rename, rm } from "node:fs/promises"
import type { HeaderToWrite } from "./encode-header.ts"
import { createNetcdf, type NetcdfWriter } from "./netcdf-writer.ts"

/**
 * Writes a NetCDF-3 file that appears under its name when it is complete, and not at all where `fill` fails.
 *
 * @throws DataError where the file cannot be made or the disk is full, and what `fill` throws
 */
export async function writeWholeNetcdf(
  path: string,
  header: HeaderToWrite,
  expectedRecords: number,
  fill: (writer: NetcdfWriter) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`
  let writer: NetcdfWriter | undefined
  try {
    writer = await createNetcdf(part, header, { expectedRecords })
    await fill(writer)
    await writer.close()
    await rename(part, path)
  } catch (error) {
    await writer?.close().catch(() => {})
    await rm(part, { force: true })
    throw error
  }
}
