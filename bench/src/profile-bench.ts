import { ConfigError, selectBackend } from "@scalewise/nn"
import { cases } from "./cases.ts"

/** Where the time of a case goes: one row for each operation or part. */
export interface ProfileEntry {
  readonly part: string
  readonly milliseconds: number
}

/** A profile and what it is a profile of. */
export interface CaseProfile {
  /** Milliseconds of the whole, as it runs otherwise. */
  readonly whole: number
  readonly entries: readonly ProfileEntry[]
  /** How the entries relate to the whole. */
  readonly note: string
}

/** Kinds with less than this share are added up. */
const smallest = 0.002

/**
 * Prints where the time of one case goes on the native backend, by kind, largest first.
 *
 * @throws ConfigError for a case without a profile
 */
export async function profileBench(name: string, { json, repeats }: { json: boolean; repeats: number }): Promise<void> {
  const chosen = cases.find((one) => one.name === name)
  if (!chosen?.profile) {
    const known = cases.filter(({ profile }) => profile).map((one) => one.name)
    throw new ConfigError(`bench --profile: expected one of ${known.join(", ")}, got ${name}`)
  }
  const report = await selectBackend({ prefer: "native" })
  if (report.name !== "native") throw new Error(`bench --profile: expected the native backend; ${report.reason}`)
  const { whole, entries, note } = await chosen.profile({ repeats })
  const total = entries.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const kinds = new Map<string, { part: string; count: number; milliseconds: number }>()
  for (const { part, milliseconds } of entries) {
    const kind = kinds.get(part) ?? { part, count: 0, milliseconds: 0 }
    kinds.set(part, { part, count: kind.count + 1, milliseconds: kind.milliseconds + milliseconds })
  }
  const sorted = [...kinds.values()].sort((a, b) => b.milliseconds - a.milliseconds)
  if (json) {
    process.stdout.write(`${JSON.stringify({ name, threads: report.threads, whole, total, parts: sorted }, undefined, 2)}\n`)
    return
  }
  const shown = sorted.filter(({ milliseconds }) => milliseconds >= smallest * total)
  const rest = sorted.slice(shown.length)
  if (rest.length > 0)
    shown.push({
      part: `${rest.length} other kinds`,
      count: rest.reduce((sum, { count }) => sum + count, 0),
      milliseconds: rest.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    })
  const threads = `${report.threads} thread${report.threads === 1 ? "" : "s"}`
  const lines = [
    `${name}, native, ${threads}: ${whole.toFixed(1)} ms; the parts below ${total.toFixed(1)} ms (${note})`,
    row("", "count", "ms", "share"),
    ...shown.map(({ part, count, milliseconds }) =>
      row(part, String(count), milliseconds.toFixed(2), `${((100 * milliseconds) / total).toFixed(1)} %`),
    ),
  ]
  process.stdout.write(`${lines.join("\n")}\n`)
}

const row = (part: string, count: string, milliseconds: string, share: string): string =>
  `${part.padEnd(40)} ${count.padStart(6)} ${milliseconds.padStart(10)} ${share.padStart(8)}`
