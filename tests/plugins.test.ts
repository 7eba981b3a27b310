import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { root } from "./code-example.ts"
import { runCommand } from "./packed/run-command.ts"

// The extensions of this repository in the programs that were built, as a user calls them.

const folder = mkdtempSync(join(tmpdir(), "scalewise-plugins-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = (name: string): string => join(root, "apps", name, "dist", "main.js")
const extension = (name: string): string => join(root, "extensions", name)
const isBuilt = existsSync(program("image")) && existsSync(join(extension("time-series"), "dist", "index.js"))
const call = (app: string, ...words: string[]) => runCommand(process.execPath, [program(app), ...words], folder)

it.skipIf(!isBuilt)("image sample draws through token-resampling: other pictures, as many network calls", async () => {
  const words = ["sample", "--count", "4", "--seed", "1", "--json", "--quiet"]
  const plain = await call("image", ...words, "--grid", "plain.png")
  const flags = ["--plugin", extension("token-resampling"), "--resample-below", "0.3", "--resample-rounds", "4"]
  const again = await call("image", ...words, ...flags, "--grid", "again.png")
  expect([plain.status, again.status, again.stderr]).toEqual([0, 0, ""])
  const callsOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { networkCalls: number }).networkCalls
  expect(callsOf(again)).toBe(callsOf(plain))
  expect(readFileSync(join(folder, "again.png")).equals(readFileSync(join(folder, "plain.png")))).toBe(false)
})

it.skipIf(!isBuilt)("time-series brings its verb to any program, help and all", async () => {
  const plugin = ["--plugin", extension("time-series")]
  const help = await call("graph", "--help", ...plugin)
  expect(help.stdout).toContain("scalewise-time-series  series in time by a one-dimensional pyramid (verb series)")
  const run = await call("graph", "series", ...plugin, "--train", "128", "--steps", "3", "--count", "8", "--out", "series", "--quiet")
  expect([run.status, run.stderr]).toEqual([0, ""])
  expect(existsSync(join(folder, "series", "report.html"))).toBe(true)
})
