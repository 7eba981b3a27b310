import { appendFileSync, closeSync, fsyncSync, openSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { loadNn } from "../load-nn.ts"

/** One line of `metrics.jsonl`. */
export type MetricsRecord = Readonly<Record<string, unknown>>

/** A file of JSON lines that grows. */
export interface MetricsLog {
  /** What the file held when it was opened. */
  readonly earlier: readonly MetricsRecord[]
  /** Writes one line to the operating system before it returns: it survives the end of this process. */
  append(record: MetricsRecord): void
  /** Makes all lines survive the end of power, too. */
  close(): void
}

export interface MetricsLogOptions {
  /** Which earlier records stay when a run is resumed: those up to the checkpoint's step. @defaultValue all */
  readonly keep?: (record: MetricsRecord) => boolean
}

/** Opens a log for appending. A line that was cut off when a process died is dropped, and so is whatever follows damage. */
export async function openMetricsLog(path: string, { keep = () => true }: MetricsLogOptions = {}): Promise<MetricsLog> {
  const before = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""
    throw error
  })
  const earlier = readMetrics(before).filter(keep)
  const text = earlier.map((record) => `${JSON.stringify(record)}\n`).join("")
  if (text !== before) {
    const { writeAtomically } = await loadNn()
    await writeAtomically(path, (sink) => sink(Buffer.from(text)))
  }
  const file = openSync(path, "a")
  return {
    earlier,
    append(record) {
      try {
        appendFileSync(file, `${JSON.stringify(record)}\n`)
      } catch (error) {
        // The system names no path for an open file.
        throw Object.assign(error as Error, { path })
      }
    },
    close() {
      fsyncSync(file)
      closeSync(file)
    },
  }
}

/** The whole lines of a log up to the first that is damaged. */
export function readMetrics(text: string): MetricsRecord[] {
  const records: MetricsRecord[] = []
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      records.push(JSON.parse(line) as MetricsRecord)
    } catch {
      break
    }
  }
  return records
}
