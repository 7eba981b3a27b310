import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { root } from "../code-example.ts"

/** What a command did. */
export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string }
/** Where the bootstrap keeps the pinned pnpm. */
export const pinnedPnpm = join(root, ".cache", packageManager.replace("@", "-"))

/** Runs a program with the repository's own tools first on the PATH, and waits for its end. */
export function runCommand(command: string, args: readonly string[], folder: string): Promise<CommandResult> {
  const path = [join(pinnedPnpm, "node_modules", ".bin"), join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter)
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, NO_COLOR: "1", TURBO_TELEMETRY_DISABLED: "1" }
  // Vitest's own settings would change what the installed programs print
  for (const name of ["NODE_OPTIONS", "FORCE_COLOR", "NODE_ENV", "NODE_CHANNEL_FD"]) delete env[name]
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, env, shell: process.platform === "win32" })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (chunk) => (stdout += chunk))
    child.stderr.on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (status) => resolve({ status, stdout, stderr }))
  })
}

/** Runs a program that has to succeed; gives what it wrote to stdout. */
export async function runThrough(command: string, args: readonly string[], folder: string): Promise<string> {
  const { status, stdout, stderr } = await runCommand(command, args, folder)
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout
}
