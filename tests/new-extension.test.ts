import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { foldersOf, root } from "./code-example.ts"
import { packWorkspace } from "./packed/pack-workspace.ts"
import { pinnedPnpm, runCommand, runThrough } from "./packed/run-command.ts"

// `pnpm new:extension` in both ways: inside a workspace, and copied out against packed packages.

const workplace = mkdtempSync(join(tmpdir(), "scalewise-extension-"))
const copy = join(workplace, "workspace")
afterAll(() => rmSync(workplace, { recursive: true, force: true }))

/** As much of the repository as an extension needs, built: what the script makes must not appear among the real extensions. */
beforeAll(() => {
  const needed = ["wasm-kernels", "nn", "core", "cli"].map((name) => `packages/${name}`)
  for (const part of ["scripts", "package.json", "pnpm-workspace.yaml", "tsconfig.base.json", "vitest.config.ts", "turbo.json", ...needed])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (file) => !/[\\/](node_modules|\.turbo)$/.test(file) })
  cpSync(join(root, "extensions/template"), join(copy, "extensions/template"), {
    recursive: true,
    filter: (file) => !/[\\/](node_modules|dist|\.turbo)$/.test(file),
  })
  mkdirSync(join(copy, "apps"))
  // Only what the extension uses: the checkers of the whole repository take long to install
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>
  const devDependencies = { typescript: "catalog:", vitest: "catalog:", "@types/node": "catalog:" }
  writeFileSync(join(copy, "package.json"), JSON.stringify({ ...manifest, devDependencies }))
  mkdirSync(join(copy, ".cache"))
  symlinkSync(pinnedPnpm, join(copy, ".cache", pinnedPnpm.split(/[\\/]/).at(-1)!), "junction")
})

const make = (...words: string[]) => runCommand(process.execPath, [join(copy, "scripts/new-extension.mjs"), ...words], copy)

it("makes a package of the workspace that builds and passes its test", async () => {
  const made = await make("my-thing")
  expect([made.status, made.stdout], made.stderr).toEqual([0, ""])
  expect(made.stderr).toContain("extensions/my-thing is there")
  const own = join(copy, "extensions/my-thing")
  expect(existsSync(join(own, ".changeset"))).toBe(false)
  expect(readFileSync(join(own, "README.md"), "utf8")).toMatch(/^# my-thing/)
  await runThrough("pnpm", ["run", "build"], own)
  const { plugin } = (await import(/* @vite-ignore */ join(own, "dist/index.js"))) as { plugin: { name: string } }
  expect(plugin.name).toBe("my-thing")
  await runThrough(join(copy, "node_modules/.bin/vitest"), ["run", "extensions/my-thing"], copy)
}, 180_000)

it("makes a project that stands alone: installs packed packages, builds, tests, packs, and is a plugin by its folder", async () => {
  const tarballs = join(workplace, "tarballs")
  await packWorkspace(tarballs, foldersOf("packages"))
  const target = join(workplace, "alone")
  // The versions and names of all packages are those of the whole repository
  const script = join(root, "scripts/new-extension.mjs")
  await runThrough(process.execPath, [script, "@me/thing", "--out", target, "--tarballs", tarballs], workplace)
  expect(existsSync(join(target, ".changeset/config.json"))).toBe(true)
  expect(readFileSync(join(target, "package.json"), "utf8")).not.toMatch(/workspace:|catalog:|"private"/)
  await runThrough("pnpm", ["install", "--prefer-offline", "--no-frozen-lockfile", "--reporter=append-only"], target)
  const packed = await runThrough("pnpm", ["pack", "--json"], target) // builds first
  expect(packed).toContain("dist/index.js")
  await runThrough("pnpm", ["run", "test"], target)
  const program = join(root, "apps/image/dist/main.js")
  const help = await runCommand(process.execPath, [program, "sample", "--help", "--plugin", target], workplace)
  expect(help.stdout).toMatch(/Plugin @me\/thing:\s+--anneal-from <x>/)
}, 180_000)

it.each<[string[], string]>([
  [["template"], "extensions/template exists already"],
  [["@scalewise/core"], "packages/core has the name @scalewise/core already"],
  [["Bad"], "expected a package name"],
  [["a b"], "expected a package name"],
  [["node_modules"], "no name for a package"],
  [["fs"], "no name for a package"],
  [[], "usage: pnpm new:extension NAME"],
  [["x", "--bogus"], "Unknown option '--bogus'"],
  [["x", "--out", "scripts"], "scripts: expected a new or empty folder"],
])("%j is refused in one sentence", async (words, sentence) => {
  const { status, stderr } = await make(...words)
  expect([status, stderr.trimEnd().split("\n").length]).toEqual([2, 1])
  expect(stderr).toContain(sentence)
})

it("a tarball that is missing is named", async () => {
  const { status, stderr } = await make("x", "--out", join(workplace, "never"), "--tarballs", join(workplace, "nowhere"))
  expect(status).toBe(3)
  expect(stderr).toMatch(/expected scalewise-\S+\.tgz, found none; pack the packages there first/)
  expect(existsSync(join(workplace, "never"))).toBe(false)
})

it("a package that is not built refuses to be packed", async () => {
  const own = join(copy, "packages/wasm-kernels")
  rmSync(join(own, "dist"), { recursive: true })
  const { status, stdout, stderr } = await runCommand("pnpm", ["pack", "--pack-destination", workplace], own)
  expect(status).not.toBe(0)
  expect(stdout + stderr).toContain(
    '@scalewise/wasm-kernels: expected ./dist/index.d.ts, which the build makes, found none; run "pnpm build" first',
  )
})
