// `pnpm check`: typecheck, lint, format, unused code, import rules and package shape. Prints one line a step.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { log, root, run } from "./bootstrap.mjs"

const published = () =>
  readdirSync(path.join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .filter((folder) => !JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")).private)

const steps = () => [
  ["types", "tsc", ["-p", "tsconfig.json"]],
  ["lint", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["format", "oxfmt", ["--check"]],
  ["unused code", "knip", []],
  ["import rules", "turbo", ["boundaries"]],
  ["wasm kernels are what their source compiles to", "node", ["packages/wasm-kernels/assemble.mjs", "--check"]],
  ["build", "turbo", ["run", "build", "--output-logs=errors-only"]],
  ...published().flatMap((folder) => [
    [`package shape of ${folder} (publint)`, "publint", ["run", folder, "--strict", "--pack", "pnpm"]],
    [`package types of ${folder} (attw)`, "attw", ["--pack", folder, "--profile", "esm-only"]],
  ]),
]

/** @returns {{passed: number, failed: number}} */
export function check() {
  process.env.PATH = `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env.PATH}`
  process.env.TURBO_TELEMETRY_DISABLED = "1"
  let failed = 0
  const all = steps()
  for (const [name, command, args] of all) {
    const ok = run(command, args, { quiet: true }) === 0
    if (!ok) failed++
    log(`${ok ? "ok    " : "FAILED"} ${name}`)
  }
  return { passed: all.length - failed, failed }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(check().failed > 0 ? 1 : 0)
