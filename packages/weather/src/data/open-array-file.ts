import { open, stat } from "node:fs/promises"
import { DataError } from "@scalewise/nn/errors"
import { openClassic } from "../netcdf/open-classic.ts"
import type { ArrayFile } from "./array-file.ts"

const hdf5Magic = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])

/** First bytes of files that are often met where NetCDF was meant, and what to do with them. */
const others: readonly (readonly [test: (bytes: Buffer) => boolean, found: string, advice: string])[] = [
  [(bytes) => bytes.length === 0, "an empty file", "fetch or copy it again"],
  [(bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b, "a gzip file", "unpack it with gunzip"],
  [(bytes) => bytes.toString("latin1", 0, 2) === "PK", "a zip file", "unpack it"],
  [(bytes) => bytes.toString("latin1", 0, 3) === "BZh", "a bzip2 file", "unpack it with bunzip2"],
  [
    (bytes) => /^\s*<(!doctype|html|\?xml|head|body)/i.test(bytes.toString("latin1", 0, 64)),
    "a web page, probably an error message of the server",
    "open it in an editor, then fetch the data again",
  ],
  [(bytes) => bytes.toString("latin1", 0, 4) === "GRIB", "a GRIB file", 'convert it, for example with "cdo -f nc copy in.grib out.nc"'],
  [(bytes) => bytes.toString("latin1", 0, 7) === "version", "a pointer of Git LFS, not the file itself", 'fetch it with "git lfs pull"'],
]

/**
 * Opens a file of arrays, whatever its format: classic NetCDF (CDF-1, CDF-2, CDF-5), NetCDF-4 or another HDF5 file, or a Zarr folder.
 * The readers of HDF5 and Zarr are loaded when they are needed.
 *
 * @throws DataError for a path that does not exist, a file of another kind and a damaged one
 */
export async function openArrayFile(path: string): Promise<ArrayFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new DataError(`${path}: expected a file of gridded data, got no such file; check the path`, { cause })
  })
  if (found.isDirectory()) {
    const { openZarr } = await import("../zarr/open-zarr.ts")
    return openZarr(path)
  }
  const bytes = await firstBytes(path)
  if (bytes.toString("latin1", 0, 3) === "CDF" && [1, 2, 5].includes(bytes[3]!)) return openClassic(path)
  if (bytes.subarray(0, 8).equals(hdf5Magic)) {
    const { openHdf5 } = await import("../hdf5/open-hdf5.ts")
    return openHdf5(path)
  }
  const other = others.find(([test]) => test(bytes))
  const what =
    other?.[1] ?? (bytes.toString("latin1", 0, 3) === "CDF" ? `a NetCDF file of the unknown version ${bytes[3]}` : "something else")
  throw new DataError(
    `${path}: expected a NetCDF file, an HDF5 file or a Zarr folder, got ${what}; ${other?.[2] ?? "check that it is the right file, and fetch or copy it again"}`,
  )
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, "r")
  try {
    const bytes = Buffer.alloc(512)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
