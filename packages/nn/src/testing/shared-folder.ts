import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

/**
 * The folder of reference data beside the repository, or undefined where it is absent: SCALEWISE_SHARED, else `../shared`
 * from the root. A test that needs it skips without.
 */
export function sharedFolder(): string | undefined {
  const folder = process.env.SCALEWISE_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url))
  return existsSync(folder) ? folder : undefined
}
