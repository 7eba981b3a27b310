// `pnpm release`: publishes what `changeset version` has numbered.
//
//   --dry-run          shows what would be published: version, files, sizes; writes nothing
//   --snapshot NAME    publishes the pending changes under the tag NAME as 0.x.y-NAME-COMMIT, and puts the manifests back
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { fail, log, pinPnpm, root, run } from "./bootstrap.mjs"

const usage = "usage: pnpm release [--dry-run | --snapshot NAME]"
const [option, name, ...rest] = process.argv.slice(2)
if (rest.length > 0 || (option === "--snapshot" ? !/^[a-z][a-z0-9-]*$/.test(name ?? "") : name !== undefined)) fail(usage, 2)
if (option !== undefined && option !== "--dry-run" && option !== "--snapshot") fail(`${usage}; got "${option}"`, 2)

pinPnpm()
const manifest = (folder) => JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"))
const published = readdirSync(path.join(root, "packages"))
  .map((folder) => `packages/${folder}`)
  .filter((folder) => manifest(folder).private !== true)

build()
if (option === "--dry-run") dryRun()
else if (option === "--snapshot") snapshot(name)
else process.exit(run("changeset", ["publish"]))

function build() {
  if (run("turbo", ["run", "build", "--output-logs=errors-only"], { quiet: true }) !== 0)
    fail("The build failed; the lines above say where.")
}

/** A table on stdout: what each tarball would be called and hold. */
function dryRun() {
  const rows = inTemporaryFolder((folder) => {
    const next = pendingVersions(folder)
    return published.map((own) => {
      const packed = JSON.parse(capture("pnpm", ["pack", "--pack-destination", folder, "--json"], path.join(root, own)))
      const dependencies = Object.keys(manifest(own).dependencies ?? {})
      const size = `${Math.ceil(packed.size / 1024)}`
      return [packed.name, next.get(packed.name) ?? packed.version, `${packed.files.length}`, size, dependencies.join(" ")]
    })
  })
  const cells = [["package", "version", "files", "kB", "runtime dependencies"], ...rows]
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  for (const [id, version, files, size, dependencies] of cells)
    process.stdout.write(
      `${id.padEnd(widths[0])}  ${version.padEnd(widths[1])}  ${files.padStart(widths[2])}  ${size.padStart(widths[3])}  ${dependencies}\n`,
    )
  log(`\n${rows.length} packages would be published; nothing was.`)
}

/** The versions that the pending changesets lead to, by package. */
function pendingVersions(folder) {
  const file = path.join(folder, "status.json")
  // changesets wants a path below the repository
  capture("changeset", ["status", "--output", path.relative(root, file)], root)
  return new Map(JSON.parse(readFileSync(file, "utf8")).releases.map(({ name: id, newVersion }) => [id, newVersion]))
}

function inTemporaryFolder(work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "scalewise-release-"))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function snapshot(tag) {
  if (capture("git", ["status", "--porcelain"], root).trim() !== "")
    fail("--snapshot: expected a clean working tree, since the manifests are put back afterwards; commit or stash your changes", 2)
  try {
    if (run("changeset", ["version", "--snapshot", tag]) !== 0) fail("The versions could not be set; the lines above say why.")
    build()
    process.exitCode = run("changeset", ["publish", "--tag", tag, "--no-git-tag"])
  } finally {
    run("git", ["checkout", "--", "."], { quiet: true })
    run("git", ["clean", "-fdq", "--", "packages"], { quiet: true }) // changelogs that were new
  }
}

function capture(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    maxBuffer: 1e9,
  })
  if (status !== 0) fail(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`.trim())
  return stdout
}
