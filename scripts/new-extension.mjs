// `pnpm new:extension NAME`: copies extensions/template to extensions/NAME and gives it the name.
//
//   --out FOLDER       copies it out of the repository instead: a project that stands alone, with the versions of this checkout
//   --tarballs FOLDER  with --out: depends on the packed packages of a folder (pnpm pack) instead of the registry's
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import path from "node:path"
import { parseArgs } from "node:util"
import { fail, log, pinPnpm, root, run } from "./bootstrap.mjs"

const usage = "usage: pnpm new:extension NAME [--out FOLDER [--tarballs FOLDER]]"
const { positionals, values } = readArguments()
const [name] = positionals
if (name === undefined || positionals.length > 1 || (values.tarballs !== undefined && values.out === undefined)) fail(usage, 2)
checkName(name)

const template = path.join(root, "extensions", "template")
const ownName = "scalewise-extension-template"
const json = (file) => JSON.parse(readFileSync(file, "utf8"))
const packages = new Map(
  readdirSync(path.join(root, "packages"))
    .map((folder) => json(path.join(root, "packages", folder, "package.json")))
    .map((manifest) => [manifest.name, manifest.version]),
)

if (values.out === undefined) insideTheWorkspace()
else standingAlone(path.resolve(values.out))

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { out: { type: "string" }, tarballs: { type: "string" } } })
  } catch (error) {
    return fail(`${error.message.split("\n")[0]}; ${usage}`, 2)
  }
}

/** What npm takes as the name of a new package. */
function checkName(name) {
  const part = "[a-z0-9][a-z0-9._-]*"
  if (!new RegExp(`^(@${part}/)?${part}$`).test(name) || name.length > 214)
    fail(`expected a package name (lower-case letters, digits, hyphens, dots; perhaps @scope/ before it), got "${name}"`, 2)
  if (["node_modules", "favicon.ico", ...builtinModules].includes(name)) fail(`"${name}" is no name for a package; choose another`, 2)
}

function insideTheWorkspace() {
  const folder = name.split("/").at(-1)
  const target = path.join(root, "extensions", folder)
  if (existsSync(target)) fail(`extensions/${folder} exists already; choose another name or delete it`, 2)
  const taken = ["packages", "apps", "extensions"]
    .flatMap((group) => readdirSync(path.join(root, group)).map((own) => `${group}/${own}`))
    .find((own) => existsSync(path.join(root, own, "package.json")) && json(path.join(root, own, "package.json")).name === name)
  if (taken !== undefined) fail(`${taken} has the name ${name} already; choose another`, 2)
  copyTo(target)
  rmSync(path.join(target, ".changeset"), { recursive: true, force: true }) // the repository has its own
  pinPnpm()
  if (run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline"], { quiet: true }) !== 0)
    fail("its dependencies could not be installed; the lines above say why")
  log(`extensions/${folder} is there. Next:
  npm test -- extensions/${folder}
  edit src/annealed.ts into what you need, and its README`)
}

function standingAlone(target) {
  if (existsSync(target) && readdirSync(target).length > 0) fail(`${values.out}: expected a new or empty folder, found files in it`, 2)
  const tarballs = values.tarballs === undefined ? undefined : tarballsOf(path.resolve(values.tarballs))
  copyTo(target)
  rmSync(path.join(target, "turbo.json"))
  cpSync(path.join(root, "tsconfig.base.json"), path.join(target, "tsconfig.base.json"))
  rewrite(path.join(target, "tsconfig.build.json"), (text) => text.replace("../../tsconfig.base.json", "./tsconfig.base.json"))
  rewrite(path.join(target, "package.json"), (text) => `${JSON.stringify(standalone(JSON.parse(text), tarballs), null, 2)}\n`)
  // TensorFlow.js is used without its installers: the portable backend needs none
  const builds = { "@tensorflow/tfjs-node": false, "core-js": false, esbuild: false }
  writeFileSync(
    path.join(target, "pnpm-workspace.yaml"),
    `${JSON.stringify({ allowBuilds: builds, ...(tarballs && { overrides: tarballs }) }, null, 2)}\n`,
  )
  log(`${values.out} is there. Next, in it:
  npm install (or pnpm install), npm run build, npm test
  edit src/annealed.ts into what you need, and its README`)
}

/** The packed packages of a folder by name, as a package.json refers to them. */
function tarballsOf(folder) {
  const files = existsSync(folder) ? readdirSync(folder) : []
  return Object.fromEntries(
    [...packages].map(([id, version]) => {
      const file = `${id.replace("@", "").replace("/", "-")}-${version}.tgz`
      if (!files.includes(file)) fail(`--tarballs ${values.tarballs}: expected ${file}, found none; pack the packages there first`, 3)
      return [id, `file:${path.join(folder, file)}`]
    }),
  )
}

function standalone(manifest, tarballs) {
  const catalog = readFileSync(path.join(root, "pnpm-workspace.yaml"), "utf8")
  const fromCatalog = (id) => new RegExp(`^  "?${id}"?: (.+)$`, "m").exec(catalog)[1]
  const versionOf = ([id, range]) => [
    id,
    range.startsWith("workspace:") ? (tarballs?.[id] ?? `^${packages.get(id)}`) : range === "catalog:" ? fromCatalog(id) : range,
  ]
  const withVersions = (dependencies) => Object.fromEntries(Object.entries(dependencies).map(versionOf))
  const { private: _, ...rest } = manifest
  return {
    ...rest,
    scripts: { build: "tsc -p tsconfig.build.json", test: "vitest run", prepack: "tsc -p tsconfig.build.json" },
    dependencies: withVersions(manifest.dependencies),
    devDependencies: withVersions({ ...manifest.devDependencies, "@changesets/cli": "catalog:", "@types/node": "catalog:" }),
    ...(tarballs && { overrides: tarballs }),
  }
}

function copyTo(target) {
  cpSync(template, target, { recursive: true, filter: (file) => !/[\\/](node_modules|dist|\.turbo)$/.test(file) })
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) rewrite(path.join(entry.parentPath, entry.name), (text) => text.replaceAll(ownName, name))
}

function rewrite(file, change) {
  writeFileSync(file, change(readFileSync(file, "utf8")))
}
