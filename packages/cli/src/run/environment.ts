import { execFile } from "node:child_process"
import os from "node:os"
import { promisify } from "node:util"
import type { Host } from "../app/host.ts"

/** What `environment.json` of a run holds: enough to say on what a number was measured. */
export interface Environment {
  readonly startedAt: string
  readonly command: readonly string[]
  readonly versions: Readonly<Record<string, string>>
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  /** What `selectBackend` of `@scalewise/nn` said. */
  readonly backend: unknown
  /** The commit of the working folder, where it is a git checkout. */
  readonly commit?: string
  /** Whether files differed from that commit. */
  readonly modified?: boolean
}

/** Describes this process, this machine and this checkout. */
export async function describeEnvironment(
  { argv, clock }: Pick<Host, "argv" | "clock">,
  { program, version, backend }: { readonly program: string; readonly version?: string; readonly backend: unknown },
): Promise<Environment> {
  const { node, v8 } = process.versions
  return {
    startedAt: new Date(clock()).toISOString(),
    command: [program, ...argv],
    versions: { node, v8, ...(version != null && { [program]: version }) },
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    backend,
    ...(await gitCommit()),
  }
}

async function gitCommit(): Promise<{ commit?: string; modified?: boolean }> {
  try {
    return { commit: await git("rev-parse", "HEAD"), modified: (await git("status", "--porcelain", "--untracked-files=no")) !== "" }
  } catch {
    return {}
  }
}

async function git(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", words, { timeout: 5000 })
  return stdout.trim()
}
