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
  // One after the other in one process: loading TensorFlow.js takes longer than most of them
  writeFileSync(
    join(folder, "run-examples.mjs"),
    `import { formatWithOptions } from "node:util"
const printed = {}
for (const name of process.argv.slice(2)) {
  const lines = (printed[name] = [])
  console.log = (...values) => void lines.push(formatWithOptions({ breakLength: Infinity }, ...values))
  await import("./built/" + name + ".js")
}
process.stdout.write(JSON.stringify(printed), () => process.exit(0))
`,
  )
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

describe("in a folder with nothing but the tarballs", () => {
  const call = async (program: string, ...words: string[]): Promise<string> =>
    runThrough(join(folder, "node_modules", ".bin", program), [...words, "--quiet"], folder)
  const settings = (...pairs: string[]): string[] => ["--set", ...pairs]

  it("images: the shipped model draws pictures, a model is trained on them and draws", async () => {
    await call("scalewise-image", "sample", "--count", "20", "--out", "pictures")
    const tokenizer = ["steps=2", "plainSteps=1", "batch=8", "startImages=16"].map((pair) => `tokenizerTraining.${pair}`)
    const sizes = settings(
      "validationImages=4",
      ...tokenizer,
      "generatorTraining.steps=2",
      "generatorTraining.batch=8",
      "generator.depth=1",
    )
    await call("scalewise-image", "train", "--data", "pictures", "--name", "own", ...sizes)
    await call("scalewise-image", "sample", "--checkpoint", "runs/image/own/checkpoints/model", "--count", "2", "--grid", "own.png")
    expect(existsSync(join(folder, "own.png"))).toBe(true)
  }, 600_000)

  it("graphs: a model is trained, draws, and is reported", async () => {
    const sizes = settings(
      "skeletonTraining.steps=2",
      "skeletonTraining.batch=8",
      "contraction.width=16",
      "contraction.depth=1",
      "pyramids=1",
    )
    await call("scalewise-graph", "train", "--dataset", "tree", "--count", "24", "--nodes", "8", "--name", "own", ...sizes)
    const checkpoint = ["--checkpoint", "runs/graph/own/checkpoints/model"]
    await call("scalewise-graph", "sample", ...checkpoint, "--count", "10", "--nodes", "8", "--out", "graphs.jsonl")
    await call("scalewise-graph", "report", ...checkpoint, "--dataset", "graphs.jsonl", "--count", "2", "--runs", "1", "--large", "0")
    expect(existsSync(join(folder, "report", "report.html"))).toBe(true)
  }, 600_000)

  it("weather: a year is made, a forecaster trained on it, and its forecast reported", async () => {
    await call("scalewise-weather", "data", "channel", "--years", "1", "--out", "channel.nc")
    const sizes = settings("components=6", "codes=6", "refiner.widths=[16,12]", "refiner.reach=1", "training.epochs=1")
    await call("scalewise-weather", "train", "--data", "channel.nc", "--name", "own", ...sizes)
    const checkpoint = ["--checkpoint", "runs/weather/own/checkpoints/model", "--data", "channel.nc"]
    await call(
      "scalewise-weather",
      "forecast",
      ...checkpoint,
      "--init",
      "2001-12-01",
      "--days",
      "2",
      "--members",
      "2",
      "--out",
      "forecast.nc",
    )
    await call("scalewise-weather", "report", "--forecast", "forecast.nc", "--truth", "channel.nc", "--out", "weather-report")
    expect(existsSync(join(folder, "weather-report", "report.html"))).toBe(true)
  }, 600_000)
})

describe.each(versions)("Node $version", ({ version, binary }) => {
  it.skipIf(!binary)(
    "imports and requires every entry",
    async () => {
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
    },
    180_000,
  )

  it.skipIf(!binary)(
    "runs the first example of each",
    async () => {
      const { status, stdout, stderr } = await runCommand(binary!, ["run-examples.mjs", ...firstExamples.keys()], folder)
      expect(status, stderr).toBe(0)
      expect(JSON.parse(stdout)).toEqual(Object.fromEntries([...firstExamples].map(([name, { prints }]) => [name, prints])))
    },
    180_000,
  )
})
