import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { CheckpointError, ConfigError, DataError } from "@scalewise/nn"
import { z } from "zod"
import { createApp } from "./create-app.ts"
import { decimal, integer, list } from "./parse-option.ts"
import { defineVerb, type Verb } from "./verb.ts"

async function call(verbs: readonly Verb[], argv: readonly string[], env: Record<string, string> = {}) {
  const written = { out: "", err: "" }
  const exits: number[] = []
  const signals = new EventEmitter()
  const app = createApp({
    name: "scalewise-test",
    domain: "test",
    description: "A test.",
    version: "1.2.3",
    verbs,
    examples: ["work"],
    clock: () => 0,
  })
  const ended = app.run({
    argv,
    env,
    stdout: { write: (text) => void (written.out += text) },
    stderr: { write: (text) => void (written.err += text) },
    signals,
    clock: () => 0,
    exit: (code) => void exits.push(code),
  })
  return { written, exits, signals, ended }
}

async function end(verbs: readonly Verb[], argv: readonly string[], env: Record<string, string> = {}) {
  const { written, ended } = await call(verbs, argv, env)
  return { code: await ended, ...written }
}

const throwing = (error: unknown): Verb => defineVerb({ name: "work", summary: "works", run: () => Promise.reject(error as Error) })
const system = (code: string) => Object.assign(new Error(`${code}: raw words`), { code, syscall: "open", path: "data/x.gz" })

test.each<[string, unknown, number, RegExp]>([
  ["a wrong config", new ConfigError("bad key"), 2, /^error: bad key\n$/],
  ["bad data", new DataError("bad file"), 3, /^error: bad file\n$/],
  ["a bad checkpoint", new CheckpointError("other model"), 3, /^error: other model\n$/],
  ["a full disk met by a checkpoint", new CheckpointError("cannot write", { cause: system("ENOSPC") }), 1, /^error: cannot write\n$/],
  ["a full disk", system("ENOSPC"), 1, /^error: data\/x\.gz: the disk is full; [^\n]*\n$/],
  ["a read-only folder", system("EROFS"), 1, /read-only/],
  ["a forbidden file", system("EACCES"), 1, /permission is denied/],
  ["a missing file", system("ENOENT"), 3, /^error: data\/x\.gz: there is no such file or folder; check the path\n$/],
  ["a file for a folder", system("ENOTDIR"), 3, /^error: data\/x\.gz: a part of the path is a file [^\n]*\n$/],
  ["a checkpoint inside a file", new CheckpointError("cannot read", { cause: system("ENOTDIR") }), 3, /^error: cannot read\n$/],
  ["a name that is taken", system("EEXIST"), 3, /^error: data\/x\.gz: there is something of that name already; [^\n]*\n$/],
  ["what nobody foresaw", new TypeError("x is undefined"), 1, /^error: x is undefined\nSet SCALEWISE_DEBUG=1/],
])("%s has its exit status and one sentence", async (_, error, code, message) => {
  const result = await end([throwing(error)], ["work"])
  expect(result.code).toBe(code)
  expect(result.err).toMatch(message)
  expect(result.err).not.toContain("    at ")
  expect(result.out).toBe("")
})

test("SCALEWISE_DEBUG shows the stack, --json tells a program", async () => {
  expect((await end([throwing(new Error("oh"))], ["work"], { SCALEWISE_DEBUG: "1" })).err).toContain("    at ")
  const { out } = await end([throwing(new DataError("bad file"))], ["work", "--json"])
  expect(JSON.parse(out)).toEqual({ error: { code: "DATA", message: "bad file", exitCode: 3 } })
})

const work = defineVerb<undefined, { count: number; rates?: number[] }>({
  name: "work",
  summary: "works",
  arguments: [{ name: "<what>", description: "what", choices: ["a", "b"] }],
  options: [
    { flags: "--count <n>", description: "how many", default: 3, parse: integer({ min: 1, max: 9 }) },
    { flags: "--rates <list>", description: "rates", parse: list(decimal()) },
  ],
  async run({ arguments: words, options, seed, output }) {
    output.say("for people")
    output.data({ words, count: options.count, rates: options.rates, seed }, "for people too")
  },
})

test("arguments, flags and shared flags reach the verb", async () => {
  const { out, err, code } = await end([work], ["--json", "work", "a", "--count", "5", "--rates", "1,1e-3", "--seed", "7"])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ words: ["a"], count: 5, rates: [1, 0.001], seed: 7 })
  expect(err).toBe("for people\n")
  expect(await end([work], ["work", "b", "--quiet"])).toEqual({ code: 0, out: "for people too\n", err: "" })
})

test.each([
  [["wrok", "a"], /unknown command 'wrok'\. Did you mean work\?/],
  [["work", "a", "--cuont", "3"], /unknown option '--cuont'\. Did you mean --count\?/],
  [["work", "c"], /Allowed choices are a, b/],
  [["work"], /missing required argument/],
  [["work", "a", "more"], /too many arguments/],
  [["work", "a", "--count", "ten"], /Expected a whole number/],
  [["work", "a", "--count", "0"], /at least 1/],
  [["work", "a", "--seed", "-1"], /at least 0/],
])("%j is a mistake of usage", async (argv, message) => {
  const result = await end([work], argv)
  expect(result.code).toBe(2)
  expect(result.err).toMatch(message)
  expect(result.err.trimEnd()).not.toContain("\n")
})

test("help and version are data; no verb at all is a mistake", async () => {
  const help = await end([work], ["--help"])
  expect(help).toMatchObject({ code: 0, err: "" })
  expect(help.out).toContain("Examples:\n  $ scalewise-test work")
  expect(help.out).toContain("doctor")
  expect((await end([work], ["work", "--help"])).out).toContain("--count <n>")
  expect(await end([work], ["--version"])).toMatchObject({ code: 0, out: "1.2.3\n" })
  expect(await end([work], [])).toMatchObject({ code: 2, out: "" })
})

const configured = defineVerb<{ seed: number; rate: number; seeds: number[] }>({
  name: "train",
  summary: "trains",
  options: [{ flags: "--seeds <list>", description: "seeds", key: "seeds" }],
  presets: ["quick"],
  config: async () => ({
    schema: z.strictObject({ seed: z.int().default(0), rate: z.number().default(0.1), seeds: z.array(z.int()).default([0]) }),
    presets: { quick: { rate: 0.5 } },
  }),
  run: async ({ config, dryRun, output }) => output.data({ config, dryRun }, "done"),
})

test("a verb with a config gets it checked", async () => {
  const { out } = await end([configured], ["train", "--preset", "quick", "--seeds", "1,2", "--seed", "4", "--dry-run", "--json"])
  expect(JSON.parse(out)).toEqual({ config: { seed: 4, rate: 0.5, seeds: [1, 2] }, dryRun: true })
  const printed = await end([configured], ["train", "--print-config", "--seeds", "3"])
  expect(printed.out).toMatch(/^seed: 0 +# default\nrate: 0\.1 +# default\nseeds: \[3\] +# --seeds\n$/)
  expect(await end([configured], ["train", "--set", "raet=1"])).toMatchObject({
    code: 2,
    err: 'error: --set: unknown key "raet". Did you mean "rate"?\n',
  })
  expect(await end([configured], ["train", "--preset", "quik"])).toMatchObject({
    code: 2,
    err: 'error: unknown preset "quik". Did you mean "quick"?\n',
  })
  expect(await end([configured], ["train", "--config", "absent.yaml"])).toMatchObject({ code: 2 })
})

const waiting = (atAbort: (signal: AbortSignal) => number | void): Verb =>
  defineVerb({
    name: "wait",
    summary: "waits",
    run: ({ signal }) =>
      new Promise((resolve, reject) =>
        signal.addEventListener("abort", () => {
          try {
            resolve(atAbort(signal))
          } catch (error) {
            reject(error)
          }
        }),
      ),
  })

test.each(["SIGINT", "SIGTERM"])("the first %s saves and stops with 130, the second quits at once", async (name) => {
  let saved = 0
  const verb = waiting(() => void saved++)
  const { signals, ended, exits, written } = await call([verb], ["wait"])
  await new Promise(setImmediate)
  signals.emit(name)
  expect(exits).toEqual([])
  signals.emit(name)
  expect(exits).toEqual([130])
  expect(await ended).toBe(130)
  expect(saved).toBe(1)
  expect(written.err).toContain("once more to quit")
  expect(signals.listenerCount(name)).toBe(0)
})

test("an abort that is thrown is an interruption, another error while stopping is still told", async () => {
  const thrown = await call([waiting((signal) => signal.throwIfAborted())], ["wait"])
  await new Promise(setImmediate)
  thrown.signals.emit("SIGINT")
  expect(await thrown.ended).toBe(130)
  const failed = await call(
    [
      waiting(() => {
        throw system("ENOSPC")
      }),
    ],
    ["wait"],
  )
  await new Promise(setImmediate)
  failed.signals.emit("SIGINT")
  expect(await failed.ended).toBe(1)
  expect(failed.written.err).toContain("the disk is full")
})
