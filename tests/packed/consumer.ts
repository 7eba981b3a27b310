import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../code-example.ts"
import type { PackedPackage } from "./pack-workspace.ts"
import { runThrough } from "./run-command.ts"

/** Packages besides the tarballs, at the versions that the workspace has. */
const catalog = (names: readonly string[]): Record<string, string> => {
  const text = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")
  return Object.fromEntries(
    names.map((name) => {
      const [, version] = new RegExp(`^  "?${name}"?: (.+)$`, "m").exec(text) ?? []
      if (version === undefined) throw new Error(`${name}: expected it in the catalog of pnpm-workspace.yaml`)
      return [name, version]
    }),
  )
}

/** Options of `installConsumer`. */
export interface ConsumerOptions {
  /** Packages of the catalog that a user installs too. */
  readonly beside: readonly string[]
}

/**
 * Makes a project in an empty folder that depends on tarballs and nothing of the repository, and installs it: siblings come from the tarballs
 * too, everything else from the package manager's store or the registry.
 */
export async function installConsumer(folder: string, packed: readonly PackedPackage[], { beside }: ConsumerOptions): Promise<void> {
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const manifest = { name: "consumer", private: true, type: "module", dependencies: { ...tarballs, ...catalog(beside) } }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest))
  const settings = { overrides: tarballs, allowBuilds: { "@tensorflow/tfjs-node": false, "core-js": false, esbuild: false, sharp: false } }
  writeFileSync(join(folder, "pnpm-workspace.yaml"), JSON.stringify(settings)) // JSON is YAML
  await runThrough("pnpm", ["install", "--prefer-offline", "--no-frozen-lockfile", "--reporter=append-only"], folder)
}

/** A configuration of TypeScript as users have it. */
export const consumerTypes = (options: Record<string, unknown>): string =>
  JSON.stringify({
    compilerOptions: { target: "ES2023", lib: ["ES2023"], strict: true, skipLibCheck: true, types: ["node"], rootDir: "src", ...options },
    include: ["src"],
  })
