import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { runCommand } from "./run-command.ts"

/** A Node to try the packages on. */
export interface NodeVersion {
  readonly version: string
  /** The program; undefined where it could not be fetched. */
  readonly binary: string | undefined
}

/** What users run besides the Node of this process; the packages node-PLATFORM-ARCH of npm hold the programs themselves. */
const others = ["22.23.3", "24.21.0"]

/** The Node of this process, and the others, fetched once and kept beside the native backend's downloads. */
export async function nodeVersions(): Promise<NodeVersion[]> {
  const own = { version: process.versions.node, binary: process.execPath }
  const major = own.version.split(".")[0]
  const wanted = others.filter((version) => version.split(".")[0] !== major)
  return [own, ...(await Promise.all(wanted.map(async (version) => ({ version, binary: await fetchNode(version) }))))]
}

async function fetchNode(version: string): Promise<string | undefined> {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
  const cache = process.env["SCALEWISE_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "scalewise")
  const folder = join(cache, "node", version)
  const binary = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node")
  const works = async (): Promise<boolean> =>
    existsSync(binary) && (await runCommand(binary, ["--version"], folder)).stdout.trim() === `v${version}`
  if (await works()) return binary
  mkdirSync(folder, { recursive: true })
  const options = ["--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
  const { status } = await runCommand("npm", ["install", ...options, `${name}@${version}`], folder)
  return status === 0 && (await works()) ? binary : undefined
}
