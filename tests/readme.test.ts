import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { formatWithOptions } from "node:util"
import { afterEach, describe, expect, it, vi } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))
const cache = join(root, "tests", ".cache", "readme")

/** A fenced block of TypeScript in a README. `skipped` is the reason in "```ts no-run (reason)". */
interface Example {
  readonly name: string
  readonly folder: string
  readonly code: string
  readonly skipped: string | undefined
}

const readmes = ["", ...["packages", "extensions"].flatMap((group) => foldersOf(group).map((folder) => `${group}/${folder}`))]
  .filter((folder) => existsSync(join(root, folder, "README.md")))
  .map((folder) => ({ folder, text: readFileSync(join(root, folder, "README.md"), "utf8") }))
const examples = readmes.flatMap(({ folder, text }) =>
  [...text.matchAll(/^```ts(?: (no-run.*))?\n([\s\S]*?)^```$/gm)].map(([, skipped, code], index): Example => ({
    name: `${folder || "the repository"}, example ${index + 1}`,
    folder,
    code: code!,
    skipped,
  })),
)

afterEach(() => vi.restoreAllMocks())

describe("examples in the READMEs", () => {
  it("are there for every package", () => {
    const packages = foldersOf("packages").map((folder) => `packages/${folder}`)
    expect(readmes.map(({ folder }) => folder)).toEqual(expect.arrayContaining(packages))
    for (const folder of packages)
      expect(
        examples.some((example) => example.folder === folder),
        `${folder} has no example`,
      ).toBe(true)
  })

  it.each(examples.filter(({ skipped }) => skipped))("$name says why it is not run", ({ skipped }) => {
    expect(skipped).toMatch(/^no-run \(.+\)$/)
  })

  it.each(examples.filter(({ skipped }) => !skipped))("$name runs and prints what it says", async ({ name, folder, code }) => {
    const lines: string[] = []
    vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
      lines.push(formatWithOptions({ colors: false, breakLength: Infinity }, ...(values as [unknown])))
    })
    mkdirSync(cache, { recursive: true })
    const file = join(cache, `${name.replaceAll(/\W+/g, "-")}.ts`)
    writeFileSync(
      file,
      code.replaceAll(/(from|import) "([^".]+)"/g, (_, word: string, name: string) => `${word} ${JSON.stringify(sourceOf(name, folder))}`),
    )
    await import(/* @vite-ignore */ file)
    const said = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text!)
    expect(lines).toEqual(said)
  })
})

/** The source of a package of this repository as its users name it; else the file that Node finds from the README's folder. */
function sourceOf(specifier: string, folder: string): string {
  const [, name, subpath] = /^@scalewise\/([^/]+)(\/.*)?$/.exec(specifier) ?? []
  if (!name) return specifier.startsWith("node:") ? specifier : createRequire(join(root, folder, "package.json")).resolve(specifier)
  const { exports } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
    exports: Record<string, { "@scalewise/source": string }>
  }
  const entry = exports[`.${subpath ?? ""}`]
  if (!entry) throw new Error(`${specifier}: the package does not export that`)
  return join(root, "packages", name, entry["@scalewise/source"])
}

function foldersOf(group: string): string[] {
  const folder = join(root, group)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}
