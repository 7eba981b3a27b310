import pc from "picocolors"
import type { Host } from "./host.ts"

/** The two voices of an app: words for people on stderr, data on stdout. */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly colors: ReturnType<typeof pc.createColors>
  /** A line for people; silent with `--quiet`. */
  readonly say: (text: string) => void
  /** A line for people that `--quiet` does not silence. */
  readonly warn: (text: string) => void
  /** A result: one line of JSON with `--json`, else its text. */
  readonly data: (value: unknown, text: string | (() => string)) => void
}

export interface OutputOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
}

/** Colours need a terminal and no NO_COLOR; FORCE_COLOR insists. */
export function createOutput({ stdout, stderr, env }: Host, { json, quiet, color }: OutputOptions): Output {
  const forced = (env["FORCE_COLOR"] ?? "") !== "" && env["FORCE_COLOR"] !== "0"
  const terminal = stderr.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"
  return {
    json,
    quiet,
    colors: pc.createColors(color && (terminal || forced)),
    say: (text) => void (quiet || stderr.write(`${text}\n`)),
    warn: (text) => void stderr.write(`${text}\n`),
    data: (value, text) => void stdout.write(`${json ? JSON.stringify(value) : typeof text === "string" ? text : text()}\n`),
  }
}
