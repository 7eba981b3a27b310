import { execFile } from "node:child_process"
import { access, constants, mkdtemp, rm, statfs } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import { fileProblem } from "../app/file-problem.ts"
import type { Host } from "../app/host.ts"
import { formatBytes } from "../format/format.ts"

/** What one check found. */
export interface Finding {
  readonly name: string
  /** `limited` works, with something missing or slow; `bad` must be mended. */
  readonly status: "good" | "limited" | "bad"
  /** One line. */
  readonly found: string
  /** What to do. */
  readonly advice?: string
  /** Numbers for a program. */
  readonly [detail: string]: unknown
}

/** Looks at one thing and never throws. */
export type DoctorCheck = (host: Host) => Promise<Finding>

/** Node 20.19 or later. */
export const nodeCheck: DoctorCheck = async () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const version = process.versions.node
  return major > 20 || (major === 20 && minor >= 19)
    ? { name: "Node", status: "good", found: version, version }
    : { name: "Node", status: "bad", found: version, version, advice: "Scalewise needs Node 20.19 or later" }
}

/** Processor, threads and memory. */
export const machineCheck: DoctorCheck = async () => {
  const threads = os.availableParallelism()
  const memoryBytes = os.totalmem()
  const cpu = os.cpus()[0]?.model.trim() ?? "unknown processor"
  return {
    name: "machine",
    status: "good",
    found: `${cpu}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${formatBytes(memoryBytes)} memory, ${os.platform()} ${os.arch()}`,
    cpu,
    threads,
    memoryBytes,
  }
}

/** Room for data sets and checkpoints. */
export const diskCheck: DoctorCheck = async () => {
  const { bavail, bsize } = await statfs(process.cwd())
  const freeBytes = bavail * bsize
  const finding = { name: "disk", found: `${formatBytes(freeBytes)} free here`, freeBytes }
  return freeBytes >= 2e9
    ? { ...finding, status: "good" }
    : { ...finding, status: "limited", advice: "data sets and checkpoints want about 2 GB" }
}

/** Runs are written into the working folder. */
export const writeCheck: DoctorCheck = async () => {
  try {
    await rm(await mkdtemp(path.join(process.cwd(), ".scalewise-doctor-")), { recursive: true })
    return { name: "writing", status: "good", found: "this folder can be written" }
  } catch (error) {
    return {
      name: "writing",
      status: "limited",
      found: `this folder cannot be written (${fileProblem(error) ?? String(error)})`,
      advice: "run from a folder of your own: runs are written below it",
    }
  }
}

/** A browser is needed by the test of the report page only. */
export const browserCheck: DoctorCheck = async ({ env }) => {
  const found = await firstExecutable(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"], env)
  return found != null
    ? { name: "browser", status: "good", found }
    : {
        name: "browser",
        status: "limited",
        found: "no Chromium (only the test of the report page needs one)",
        advice: "on Debian: apt-get install chromium",
      }
}

/** Text in pictures made without a browser needs a font. */
export const fontsCheck: DoctorCheck = async () => {
  try {
    const { stdout } = await promisify(execFile)("fc-list", [":", "family"], { timeout: 10_000 })
    const count = new Set(stdout.split("\n").filter(Boolean)).size
    if (count > 0) return { name: "fonts", status: "good", found: `${count} families`, count }
  } catch {
    // Only systems with fontconfig can be asked; the others bring their fonts.
    if (process.platform !== "linux") return { name: "fonts", status: "good", found: "the system's own" }
  }
  return { name: "fonts", status: "limited", found: "none found", advice: "on Debian: apt-get install fonts-dejavu-core" }
}

async function firstExecutable(names: readonly string[], env: Host["env"]): Promise<string | undefined> {
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter(Boolean)
  for (const file of names.flatMap((name) => folders.map((folder) => path.join(folder, name)))) {
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}
