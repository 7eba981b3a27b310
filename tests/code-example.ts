import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url))

/** A fenced block of TypeScript in a text. */
export interface CodeExample {
  readonly name: string
  /** Below the repository; packages that the block imports are looked for from here. */
  readonly folder: string
  readonly code: string
  /** The reason in "```ts no-run (reason)". */
  readonly skipped: string | undefined
  /** What it prints: the lines after "// → ". */
  readonly prints: readonly string[]
}

const printed = (code: string): string[] => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line!)

/** A file of TypeScript as an example. */
export function wholeFile({ file, folder, name }: { file: string; folder: string; name: string }): CodeExample {
  const code = readFileSync(join(root, file), "utf8")
  return { name, folder, code, skipped: undefined, prints: printed(code) }
}

/** The blocks of TypeScript in a Markdown file, top to bottom. */
export function examplesOf({ file, folder, name }: { file: string; folder: string; name: string }): CodeExample[] {
  const text = readFileSync(join(root, file), "utf8")
  return [...text.matchAll(/^```ts(?: (no-run.*))?\n([\s\S]*?)^```$/gm)].map(([, skipped, code], index) => ({
    name: `${name}, example ${index + 1}`,
    folder,
    code: code!,
    skipped,
    prints: printed(code!),
  }))
}

/** The folders of packages in a group such as "packages", as "packages/core". */
export function foldersOf(group: string): string[] {
  const folder = join(root, group)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && existsSync(join(folder, entry.name, "package.json")) ? [`${group}/${entry.name}`] : [],
  )
}
