import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const built = new URL("../../dist/index.js", import.meta.url)
const isBuilt = existsSync(fileURLToPath(built))

/** Starts a real program with one verb, whose body is `body`; `when` is called with the process after its first words. */
function start(body: string, when: (kill: (signal: NodeJS.Signals) => void, closeStdout: () => void) => void = () => {}) {
  const program = `
    import { createApp } from ${JSON.stringify(built.href)}
    const run = async ({ signal, output }) => { ${body} }
    await createApp({ name: "scalewise-test", domain: "test", description: "A test.", verbs: [{ name: "work", summary: "works", run }], clock: Date.now }).main()`
  // Words after the script's place are what a user types.
  const child = spawn(process.execPath, ["--input-type=module", "-e", `process.argv.splice(1, 0, "program"); ${program}`, "work"])
  const text = { out: "", err: "" }
  let heard = false
  child.stdout.on("data", (chunk: Buffer) => {
    text.out += chunk.toString()
    if (heard) return
    heard = true
    when(
      (signal) => child.kill(signal),
      () => child.stdout.destroy(),
    )
  })
  child.stderr.on("data", (chunk: Buffer) => void (text.err += chunk.toString()))
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, ...text })),
  )
}

const saveAtAbort = `
  const alive = setInterval(() => {}, 1000)
  await new Promise(resolve => { signal.addEventListener("abort", resolve); output.data("ready", "ready") })
  await new Promise(resolve => setTimeout(resolve, 50))
  clearInterval(alive)
  output.data("saved", "saved")`

test.skipIf(!isBuilt).each(["SIGINT", "SIGTERM"] as const)("%s lets a real program save, and ends it with 130", async (signal) => {
  const { code, out, err } = await start(saveAtAbort, (kill) => kill(signal))
  expect({ code, out }).toEqual({ code: 130, out: "ready\nsaved\n" })
  expect(err).toContain("Stopping after this step")
})

test.skipIf(!isBuilt)("a failure outside the verb's own promise is told in one sentence, too", async () => {
  const { code, err } = await start(
    `setTimeout(() => { throw new Error("late") }, 1); await new Promise(resolve => setTimeout(resolve, 5000))`,
  )
  expect(code).toBe(1)
  expect(err).toBe("error: late\nSet SCALEWISE_DEBUG=1 to see where it happened.\n")
})

test.skipIf(!isBuilt)("a reader that goes away is no failure; a program with open handles ends all the same", async () => {
  const flood = `for (let n = 0; n < 200; n++) { output.data(n, "x".repeat(10_000)); await new Promise(setImmediate) }`
  expect(await start(flood, (_, closeStdout) => closeStdout())).toMatchObject({ code: 0, err: "" })
  expect(await start(`setInterval(() => {}, 1000); output.data(1, "x".repeat(300_000))`)).toMatchObject({
    code: 0,
    out: `${"x".repeat(300_000)}\n`,
  })
})
