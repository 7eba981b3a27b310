import { readFile } from "node:fs/promises"
import path from "node:path"
import type { RunFolder } from "@scalewise/cli"
import type { ExperimentConfig, UnitName, UnitResult } from "@scalewise/image"
import { ConfigError, DataError } from "@scalewise/nn"

/** Results of single models inside a run folder: `results/seed-0/softmax.json`. */
export interface StoredResults {
  load(unit: UnitName, seed: number): Promise<UnitResult | undefined>
  save(result: UnitResult): Promise<void>
}

/** The results kept in a run folder. Each file is written whole or not at all. */
export function storedResults(run: Pick<RunFolder, "path" | "write">): StoredResults {
  const fileOf = (unit: UnitName, seed: number) => path.join("results", `seed-${seed}`, `${unit}.json`)
  return {
    async load(unit, seed) {
      const file = path.join(run.path, fileOf(unit, seed))
      const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined
        throw error
      })
      return text === undefined ? undefined : decodeResult(text, file)
    },
    async save(result) {
      await run.write(fileOf(result.unit, result.seed), encodeResult(result))
    },
  }
}

/** A result as JSON; typed arrays become the base64 text of their bytes. */
export const encodeResult = (result: UnitResult): string =>
  `${JSON.stringify(result, (_, value: unknown) =>
    value instanceof Float32Array ? { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") } : value,
  )}\n`

/**
 * The inverse of `encodeResult`.
 *
 * @throws DataError for a text that is none of ours
 */
export function decodeResult(text: string, file: string): UnitResult {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      if (value === null || typeof value !== "object" || !("float32" in value) || typeof value.float32 !== "string") return value
      const bytes = Uint8Array.from(Buffer.from(value.float32, "base64"))
      return new Float32Array(bytes.buffer)
    }) as UnitResult
  } catch (cause) {
    throw new DataError(`${file}: expected a saved result, got "${(cause as Error).message}"; delete the file to have it computed again`, {
      cause,
    })
  }
}

/**
 * Makes sure that a run that is resumed was begun with the same settings; seeds may be added or left out.
 *
 * @throws ConfigError that names the first setting that differs
 */
export async function checkSameConfig(folder: string, config: ExperimentConfig): Promise<void> {
  const text = await readFile(path.join(folder, "config.json"), "utf8").catch(() => "{}")
  const before = JSON.parse(text) as Record<string, unknown>
  for (const [field, value] of Object.entries(config)) {
    if (field === "seeds" || JSON.stringify(before[field]) === JSON.stringify(value)) continue
    throw new ConfigError(
      `${folder} was begun with ${field} = ${JSON.stringify(before[field])}, now it is ${JSON.stringify(value)}; resume it with its own settings, or start a new run`,
    )
  }
}
