// `pnpm new:extension NAME`: copies extensions/template to extensions/NAME and gives it the name.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fail, log, pinPnpm, root, run } from "./bootstrap.mjs"

const [name, ...rest] = process.argv.slice(2)
if (name == null || rest.length > 0) fail("usage: pnpm new:extension NAME", 2)
if (!/^[a-z][a-z0-9-]*$/.test(name)) fail(`expected a name of lower-case letters, digits and hyphens, got "${name}"`, 2)
const template = path.join(root, "extensions", "template")
const target = path.join(root, "extensions", name)
if (existsSync(target)) fail(`extensions/${name} exists already; choose another name or delete it`, 2)

cpSync(template, target, { recursive: true, filter: (file) => !/[\\/](node_modules|dist|\.turbo)$/.test(file) })
for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const file = path.join(entry.parentPath, entry.name)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("scalewise-extension-template", name))
}
pinPnpm()
if (run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline"], { quiet: true }) !== 0)
  fail("its dependencies could not be installed; the lines above say why")
log(`extensions/${name} is there. Next:
  npm test -- extensions/${name}
  edit src/annealed.ts into what you need, and its README`)
