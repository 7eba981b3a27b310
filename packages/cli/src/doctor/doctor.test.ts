import { expect, test } from "vitest"
import { createApp } from "../app/create-app.ts"
import { browserCheck, diskCheck, fontsCheck, machineCheck, nodeCheck, writeCheck, type Finding } from "./check-machine.ts"
import type { Host } from "../app/host.ts"

const host = (env: Host["env"]): Host => ({
  argv: [],
  env,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  clock: () => 0,
  exit() {},
})

test("every check of the machine finds something to say", async () => {
  for (const check of [nodeCheck, machineCheck, diskCheck, writeCheck, browserCheck, fontsCheck]) {
    const { name, status, found } = await check(host(process.env))
    expect(name.length).toBeGreaterThan(0)
    expect(["good", "limited"]).toContain(status)
    expect(found.length).toBeGreaterThan(0)
  }
})

test("a missing browser is no fault, and says what it is for", async () => {
  expect(await browserCheck(host({ PATH: "" }))).toMatchObject({
    status: "limited",
    found: expect.stringContaining("only the test of the report page") as string,
  })
})

test("the verb reports every check, the backend with its measured speed, and succeeds where everything works", async () => {
  let out = ""
  const run = (argv: readonly string[]) => {
    out = ""
    const app = createApp({ name: "scalewise-test", domain: "test", description: "A test.", verbs: [], clock: Date.now })
    return app.run({ ...host(process.env), argv, stdout: { write: (text) => void (out += text) }, clock: Date.now })
  }
  expect(await run(["doctor", "--json"])).toBe(0)
  const { checks } = JSON.parse(out) as { checks: Finding[] }
  expect(checks.map(({ name }) => name)).toEqual(["Node", "machine", "backend", "tfjs-node", "disk", "writing", "browser", "fonts"])
  const backend = checks.find(({ name }) => name === "backend")!
  expect(["native", "wasm", "cpu"]).toContain(backend["backend"])
  expect(backend["gigaflops"]).toBeGreaterThan(0.01)
  expect(await run(["doctor"])).toBe(0)
  expect(out).toMatch(/^ok {4}Node {11}\d+\.\d+/)
})
