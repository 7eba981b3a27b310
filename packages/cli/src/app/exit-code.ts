import { CommanderError } from "commander"
import { fileCode, fileProblem } from "./file-problem.ts"

/** What the exit status of every app means. */
export const exitCode = { ok: 0, failure: 1, usage: 2, data: 3, interrupted: 130 } as const

/** An error as a person is told it. */
export interface Failure {
  readonly exitCode: number
  /** For a program: `CONFIG`, `DATA`, `ENOSPC`, or `FAILURE`. */
  readonly code: string
  /** One sentence. */
  readonly message: string
  /** Whether the stack trace would help: only for what nobody foresaw. */
  readonly unexpected: boolean
}

const ofCode: Readonly<Record<string, number>> = { CONFIG: exitCode.usage, DATA: exitCode.data, CHECKPOINT: exitCode.data }

/** A path that names nothing, or the wrong kind of thing: that is missing data, wherever it was met. */
const isWrongPath = (code: string): boolean => ["ENOENT", "ENOTDIR", "EISDIR", "EEXIST"].includes(code)

/** Sorts any error into an exit status and a sentence. Errors of `@scalewise/nn` are known by their code, not their class. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError)
    return { exitCode: exitCode.usage, code: "USAGE", message: sentence(error.message), unexpected: false }
  const system = fileCode(error)
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined
  if (error instanceof Error && code != null && (code in ofCode || code === "SHAPE")) {
    // A full disk is no bad data, even where it was met while a checkpoint was written.
    const status = system == null || isWrongPath(system) ? (ofCode[code] ?? exitCode.failure) : exitCode.failure
    return { exitCode: status, code, message: error.message, unexpected: false }
  }
  const problem = fileProblem(error)
  if (problem != null && code != null)
    return { exitCode: isWrongPath(code) ? exitCode.data : exitCode.failure, code, message: problem, unexpected: false }
  const message = error instanceof Error ? error.message || error.name : String(error)
  return { exitCode: exitCode.failure, code: "FAILURE", message, unexpected: true }
}

/** commander's "error: unknown option '--epoch'\n(Did you mean --epochs?)" on one line. */
function sentence(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/\n\((Did you mean [^)]*)\)$/, ". $1")
    .replaceAll("\n", " ")
}
