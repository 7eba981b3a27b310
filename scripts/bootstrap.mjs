// Brings a fresh clone to the point where everything runs: pinned pnpm, dependencies, native backend, build.
// Every step is skipped at once when its inputs have not changed, so that a repeated command starts right away, offline too.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { setUpNative } from "./native.mjs"

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const local = path.join(root, ".cache")

export const log = (line) => process.stderr.write(`${line}\n`)

/** Ends the process with one sentence for the user. */
export function fail(message, code = 1) {
  log(message)
  process.exit(code)
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major < 20 || (major === 20 && minor < 19)) fail(`Scalewise needs Node 20.19 or newer, found ${process.versions.node}.`, 2)
}

/** Puts the pinned pnpm first on PATH; npm fetches it into the checkout's own cache folder once. */
export function pinPnpm() {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))
  const version = packageManager.split("@")[1]
  const prefix = path.join(local, `pnpm-${version}`)
  const bin = path.join(prefix, "node_modules", ".bin")
  const pnpm = path.join(bin, process.platform === "win32" ? "pnpm.cmd" : "pnpm")
  if (!existsSync(pnpm)) {
    log(`fetching pnpm ${version}`)
    mkdirSync(prefix, { recursive: true })
    const npm = spawnSync(
      "npm",
      ["install", "--prefix", prefix, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `pnpm@${version}`],
      {
        stdio: ["ignore", "ignore", "inherit"],
        shell: process.platform === "win32",
      },
    )
    if (npm.status !== 0) fail(`pnpm ${version} could not be fetched with npm; is there a network connection?`)
  }
  process.env.PATH = `${bin}${path.delimiter}${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env.PATH}`
  process.env.TURBO_TELEMETRY_DISABLED = "1"
  process.env.DO_NOT_TRACK = "1"
}

/** The files that decide what an install gives. */
function installInputs() {
  const manifests = ["packages", "apps", "extensions"].flatMap((folder) =>
    existsSync(path.join(root, folder)) ? readdirSync(path.join(root, folder)).map((name) => path.join(folder, name, "package.json")) : [],
  )
  const files = [
    "package.json",
    "pnpm-workspace.yaml",
    "pnpm-lock.yaml",
    "bench/package.json",
    "examples/package.json",
    "tests/package.json",
    ...manifests,
  ]
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`)
  for (const file of files) if (existsSync(path.join(root, file))) hash.update(file).update(readFileSync(path.join(root, file)))
  return hash.digest("hex")
}

function install() {
  const stamp = path.join(local, "installed")
  const inputs = installInputs()
  if (existsSync(path.join(root, "node_modules", ".modules.yaml")) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return
  log("installing dependencies")
  rmSync(stamp, { force: true })
  if (run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"], { quiet: true }) !== 0)
    fail("The dependencies could not be installed; the lines above say why.")
  writeFileSync(stamp, inputs)
}

/**
 * Runs a command in the root folder and returns its exit code; with `quiet` its output is shown only if it fails.
 * @param {string} command
 * @param {string[]} args
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    env: { ...process.env, ...env },
    shell: process.platform === "win32",
    encoding: "utf8",
    maxBuffer: 1e9,
  })
  if (quiet && result.status !== 0) log(`${result.stdout ?? ""}${result.stderr ?? ""}`.trim())
  if (result.error) log(String(result.error.message))
  return result.status ?? (result.signal === "SIGINT" ? 130 : 1)
}

/** Dependencies, native backend and build; afterwards `PATH` holds the pinned tools. */
export async function bootstrap() {
  checkNode()
  pinPnpm()
  install()
  const native = await setUpNative({ root, log })
  if (!native.native || !/ready/.test(native.message)) log(native.message)
  if (run("turbo", ["run", "build", "--output-logs=errors-only"], { quiet: true }) !== 0)
    fail("The build failed; the lines above say where.")
  return native
}
