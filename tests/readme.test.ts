import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { formatWithOptions } from "node:util"
import { afterEach, describe, expect, it, vi } from "vitest"
import { examplesOf, foldersOf, root, wholeFile } from "./code-example.ts"

const cache = join(root, "tests", ".cache", "readme")

const packages = foldersOf("packages")
const readmes = ["", ...packages, ...foldersOf("extensions")].filter((folder) => existsSync(join(root, folder, "README.md")))
const documents = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"))
const numbered = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"))
const examples = [
  ...readmes.flatMap((folder) => examplesOf({ file: join(folder, "README.md"), folder, name: folder || "the repository" })),
  // A document may use any package: it stands where all of them are installed
  ...numbered.map((file) => wholeFile({ file: join("examples", file), folder: "examples", name: `examples/${file}` })),
  ...documents.flatMap((file) => examplesOf({ file: join("docs", file), folder: "tests", name: `docs/${file}` })),
]

/** The packages of the repository by name, with what they export. */
const manifests = new Map(
  [...packages, ...foldersOf("extensions")].map((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      name: string
      exports: Record<string, { "@scalewise/source": string }>
    }
    return [name, { folder, exports }]
  }),
)

afterEach(() => vi.restoreAllMocks())

describe("examples in the READMEs and documents, and the numbered ones", () => {
  it("are there for every package", () => {
    expect(readmes).toEqual(expect.arrayContaining(packages))
    for (const folder of packages)
      expect(
        examples.some((example) => example.folder === folder),
        `${folder} has no example`,
      ).toBe(true)
  })

  it.each(examples.filter(({ skipped }) => skipped))("$name says why it is not run", ({ skipped }) => {
    expect(skipped).toMatch(/^no-run \(.+\)$/)
  })

  it.each(examples.filter(({ skipped }) => !skipped))("$name runs and prints what it says", async ({ name, folder, code, prints }) => {
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
    expect(lines).toEqual(prints)
  })
})

/** The source of a package of this repository, an extension too, as its users name it; else the file that Node finds from the README's folder. */
function sourceOf(specifier: string, folder: string): string {
  const [, name, subpath] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
  const own = name === undefined ? undefined : manifests.get(name)
  if (!own) return specifier.startsWith("node:") ? specifier : createRequire(join(root, folder, "package.json")).resolve(specifier)
  const entry = own.exports[`.${subpath ?? ""}`]
  if (!entry) throw new Error(`${specifier}: the package does not export that`)
  return join(root, own.folder, entry["@scalewise/source"])
}
