import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { examplesOf, foldersOf, root, type CodeExample } from "./code-example.ts"
import { consumerTypes, installConsumer } from "./packed/consumer.ts"
import { nodeVersions } from "./packed/node-version.ts"
import { packWorkspace, type PackedPackage } from "./packed/pack-workspace.ts"
import { runCommand, runThrough } from "./packed/run-command.ts"

// What users get: tarballs in a folder outside the repository, on each Node that is supported.

const versions = await nodeVersions()
const workplace = mkdtempSync(join(tmpdir(), "scalewise-packed-"))
const folder = join(workplace, "consumer")

/** The first example of each README that runs, under the name of its file. */
const firstExamples = new Map<string, CodeExample>(
  foldersOf("packages").flatMap((of) => {
    const file = join(of, "README.md")
    const first = existsSync(join(root, file)) && examplesOf({ file, folder: of, name: of }).find(({ skipped }) => !skipped)
    return first ? [[of.replace("packages/", ""), first] as const] : []
  }),
)

let packed: PackedPackage[] = []

beforeAll(async () => {
  await runThrough("turbo", ["run", "build", "--output-logs=errors-only"], root)
  packed = await packWorkspace(join(workplace, "tarballs"))
  await installConsumer(folder, packed, {
    // What the examples import besides: graphology instances go in and out of graph, and wasm-kernels serves a TensorFlow.js of yours
    beside: ["graphology", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "typescript", "@types/node"],
  })
  mkdirSync(join(folder, "src"))
  for (const [name, { code }] of firstExamples) writeFileSync(join(folder, "src", `${name}.ts`), code)
  const seams = examplesOf({ file: "docs/extending.md", folder: "docs", name: "extending" })
  for (const [index, { code }] of seams.entries()) writeFileSync(join(folder, "src", `extending-${index + 1}.ts`), code)
  writeFileSync(join(folder, "nodenext.json"), consumerTypes({ module: "NodeNext", moduleResolution: "NodeNext", outDir: "built" }))
  writeFileSync(join(folder, "bundler.json"), consumerTypes({ module: "ESNext", moduleResolution: "bundler", noEmit: true }))
}, 300_000)

afterAll(() => rmSync(workplace, { recursive: true, force: true }))

describe("tarballs", () => {
  it("hold what was built, its source and the licence, and no test", () => {
    expect(packed.map(({ folder: of }) => of)).toEqual([...foldersOf("packages"), ...foldersOf("apps")])
    for (const { name, files, programs } of packed) {
      expect(files, name).toEqual(
        expect.arrayContaining(["package.json", "LICENSE", programs.length > 0 ? "dist/main.js" : "dist/index.js"]),
      )
      expect(
        files.filter((file) => /\.test\.|\.turbo|node_modules|fixtures\//.test(file)),
        name,
      ).toEqual([])
    }
  })

  it("type-check in a project that resolves as Node does, and in one for a bundler", async () => {
    const all = packed.flatMap(({ entries }) => entries)
    writeFileSync(join(folder, "src", "all.ts"), all.map((entry, i) => `export * as e${i} from ${JSON.stringify(entry)}\n`).join(""))
    const tsc = join(folder, "node_modules", ".bin", "tsc")
    await runThrough(tsc, ["-p", "bundler.json"], folder)
    await runThrough(tsc, ["-p", "nodenext.json"], folder)
    expect(existsSync(join(folder, "built", "all.js"))).toBe(true)
  })

  it("bring programs that answer --help", async () => {
    const programs = packed.flatMap((one) => one.programs)
    expect(programs.sort()).toEqual(["scalewise-graph", "scalewise-image", "scalewise-weather"])
    for (const program of programs) {
      const help = await runCommand("npx", ["--no-install", program, "--help"], folder)
      expect(help).toMatchObject({ status: 0, stderr: "" })
      expect(help.stdout).toContain(`Usage: ${program}`)
    }
  })
})

describe.each(versions)("Node $version", ({ version, binary }) => {
  it.skipIf(!binary)("imports and requires every entry", async () => {
    const entries = JSON.stringify(packed.flatMap((one) => one.entries))
    const count = packed.flatMap((one) => one.entries).length
    writeFileSync(
      join(folder, "import.mjs"),
      `let n = 0\nfor (const entry of ${entries}) n += Object.keys(await import(entry)).length > 0\nconsole.log(process.versions.node, n)\n`,
    )
    writeFileSync(
      join(folder, "require.cjs"),
      `let n = 0\nfor (const entry of ${entries}) n += Object.keys(require(entry)).length > 0\nconsole.log(process.versions.node, n)\n`,
    )
    const printed = await Promise.all(["import.mjs", "require.cjs"].map((script) => runThrough(binary!, [script], folder)))
    expect(printed.map((text) => text.trim())).toEqual([`${version} ${count}`, `${version} ${count}`])
  })

  it.skipIf(!binary).each([...firstExamples])("runs the first example of %s", async (name, { prints }) => {
    const { status, stdout, stderr } = await runCommand(binary!, [join("built", `${name}.js`)], folder)
    expect([status, stdout.trimEnd().split("\n")], stderr).toEqual([0, prints])
  })
})
