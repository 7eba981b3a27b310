import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createApp } from "../app/create-app.ts"
import { defineVerb } from "../app/verb.ts"
import { loadPlugin } from "./load-plugin.ts"
import { pluginApi } from "./plugin.ts"

const folder = mkdtempSync(path.join(tmpdir(), "scalewise-plugin-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A package of one file, installed or beside the project. */
function put(where: string, name: string, code: string | undefined): void {
  const own = path.join(folder, where)
  mkdirSync(own, { recursive: true })
  writeFileSync(path.join(own, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }))
  if (code !== undefined) writeFileSync(path.join(own, "index.js"), code)
}
const declared = (parts: string): string => `export const plugin = { name: "salt", description: "salty", ${parts} }\n`

beforeAll(() => {
  put("node_modules/salt", "salt", declared('api: "^1.0.0"'))
  put("node_modules/@sea/salt", "@sea/salt", declared('api: ">=1 <3"'))
  put("beside", "beside", declared('api: "1"'))
  put("unbuilt", "unbuilt", undefined)
  put("node_modules/old", "old", declared('api: "^0.3.0"'))
  put("node_modules/vague", "vague", declared('api: "newest"'))
  put("node_modules/nothing", "nothing", "export const other = 1\n")
  put("node_modules/misspelt", "misspelt", declared('api: "1", verb: []'))
  put("node_modules/throwing", "throwing", 'throw new Error("no sea\\nfar inland")\n')
})

test("a package that is installed, or the folder of one", async () => {
  for (const word of ["salt", "@sea/salt", "beside", "./beside", path.join(folder, "beside")])
    expect(await loadPlugin(word, folder)).toMatchObject({ name: "salt", description: "salty" })
})

test.each([
  ["pepper", "plugin pepper: expected a package that is installed here, found none; npm install pepper, or give the folder of a package"],
  ["unbuilt", "plugin unbuilt: expected the file that its package.json exports, found none; build it first"],
  ["old", `plugin old: it is made for version ^0.3.0 of the plugin API, this program has ${pluginApi}; install a fitting version`],
  ["vague", `plugin vague: expected a range of versions such as "^${pluginApi}" as its "api", got "newest"`],
  ["nothing", 'plugin nothing: expected an export "plugin" made by definePlugin, found none'],
  ["misspelt", 'plugin misspelt: it declares an unknown "verb". Did you mean "verbs"?'],
  ["throwing", "plugin throwing: it cannot be loaded: no sea"],
])("%s is refused in one sentence", async (word, sentence) => {
  await expect(loadPlugin(word, folder)).rejects.toThrow(new Error(sentence))
})

test("a program goes on without what it cannot load, and ends with status 1", async () => {
  const work = defineVerb({ name: "work", summary: "works", run: async ({ output }) => output.data({}, "worked") })
  let [out, err] = ["", ""]
  const app = createApp({ name: "a", domain: "d", description: "", verbs: [work], clock: () => 0 })
  const argv = ["work", "--plugin", path.join(folder, "unbuilt"), `--plugin=${path.join(folder, "beside")}`]
  const status = await app.run({
    argv,
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signals: { on() {}, off() {} },
    clock: () => 0,
    exit() {},
  })
  expect([status, out]).toEqual([1, "worked\n"])
  expect(err).toMatch(
    /^plugin \S+unbuilt: expected the file that its package.json exports, found none; build it first; going on without it\n$/,
  )
})
