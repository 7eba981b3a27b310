import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const built = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const main = built("../dist/main.js")
const isBuilt = existsSync(main) && existsSync(built("../../../packages/cli/dist/index.js"))

const call = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: "utf8" })
  return { status, stdout, stderr }
}

test.skipIf(!isBuilt)("the built program answers: help as data, mistakes with status 2 and a suggestion", () => {
  const help = call("--help")
  expect(help).toMatchObject({ status: 0, stderr: "" })
  expect(help.stdout).toContain("doctor")
  expect(help.stdout).toContain("Graphs and molecules")
  expect(call("doctro")).toEqual({ status: 2, stdout: "", stderr: "error: unknown command 'doctro'. Did you mean doctor?\n" })
  expect(call("doctor", "--jsn")).toEqual({ status: 2, stdout: "", stderr: "error: unknown option '--jsn'. Did you mean --json?\n" })
  expect(call("train", "--dataset", "nothing").status).toBe(2)
})
