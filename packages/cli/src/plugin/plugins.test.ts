import { ConfigError, DataError } from "@scalewise/nn"
import { expect, test } from "vitest"
import { z } from "zod"
import { createApp } from "../app/create-app.ts"
import { decimal } from "../app/parse-option.ts"
import { defineVerb } from "../app/verb.ts"
import { runVerb } from "../testing/run-verb.ts"
import { definePlugin, defineSeam, type Plugin, type PluginHook } from "./plugin.ts"

interface Spice extends PluginHook {
  season(dish: string, options: Record<string, unknown>): string
}
const spices = defineSeam<Spice>("kitchen.spices", "changes a dish before it is served")

const cook = defineVerb<{ minutes: number }>({
  name: "cook",
  summary: "cooks",
  seams: [spices],
  presets: ["slow"],
  config: async () => ({ schema: z.strictObject({ minutes: z.number().default(10) }), presets: { slow: { minutes: 90 } } }),
  async run({ config, options, extensions, output }) {
    let dish = `soup of ${config.minutes} minutes`
    for (const { hook, attempt } of extensions(spices)) dish = (await attempt(() => hook.season(dish, options))) ?? dish
    output.data({ dish }, dish)
  },
})

const pepper = definePlugin({
  name: "pepper",
  description: "hot dishes",
  api: "^1.0.0",
  verbs: [defineVerb({ name: "grind", summary: "grinds pepper", run: async ({ output }) => output.data({}, "ground") })],
  presets: { cook: { fast: { minutes: 1 } } },
  hooks: {
    "kitchen.spices": {
      options: [{ flags: "--heat <x>", description: "how hot", default: 1, parse: decimal({ min: 0 }) }],
      season(dish: string, { heat }: { heat: number }) {
        if (heat > 9) throw new ConfigError(`--heat: expected at most 9, got ${heat}`)
        return `${dish} with pepper ${heat}`
      },
    } as Spice,
    "garden.beds": { options: [] },
  },
})
const plugin = (parts: Partial<Plugin>): Plugin => ({ name: "odd", description: "odd", api: "*", ...parts })

const run = (argv: readonly string[], plugins: readonly Plugin[]) =>
  runVerb(cook, argv, { name: "kitchen-app", domain: "kitchen", plugins })

test("hooks, their flags and presets of a plugin are as if they were the app's own", async () => {
  expect(await run(["--heat", "3"], [pepper])).toEqual({ status: 0, out: "soup of 10 minutes with pepper 3\n", err: "" })
  expect((await run(["--preset", "fast"], [pepper])).out).toBe("soup of 1 minutes with pepper 1\n")
  expect((await run(["--preset", "slow"], [pepper])).out).toBe("soup of 90 minutes with pepper 1\n")
  expect((await run([], [])).out).toBe("soup of 10 minutes\n")
})

test("help lists plugins and what they add; their verbs run", async () => {
  const app = createApp({ name: "k", domain: "kitchen", description: "", verbs: [cook], plugins: [pepper], clock: () => 0 })
  const call = async (...argv: string[]) => {
    let text = ""
    const stream = { write: (words: string) => (text += words) }
    const host = { argv, env: {}, stdout: stream, stderr: stream, signals: { on() {}, off() {} }, clock: () => 0, exit() {} }
    return { status: await app.run(host), text }
  }
  const help = await call("--help")
  expect(help.text).toContain("pepper  hot dishes (verb grind; presets of cook: fast; kitchen.spices; garden.beds)")
  expect(help.text).toMatch(/grind +grinds pepper/)
  const own = await call("cook", "--help")
  expect(own.text).toMatch(/Plugin pepper:\s+--heat <x>/)
  expect(own.text).toContain("a named set of values: slow, fast")
  expect(await call("grind")).toEqual({ status: 0, text: "ground\n" })
})

test.each<[string, Partial<Plugin>, string]>([
  [
    "a hook that throws",
    { hooks: { "kitchen.spices": { season: () => Promise.reject(new TypeError("no salt")) } as PluginHook } },
    "plugin odd, kitchen.spices: no salt; going on without it",
  ],
  [
    "a seam that there is not",
    { hooks: { "kitchen.spicse": {} } },
    'plugin odd, kitchen.spicse: this program has no such seam. Did you mean "kitchen.spices"?',
  ],
  ["a verb of a taken name", { verbs: [cook] }, "plugin odd, verb cook: there is a verb of that name already; it is left out"],
  ["presets of no verb", { presets: { bake: {} } }, "plugin odd, presets of bake: this program has no such verb with a config."],
  [
    "a flag that is taken",
    { hooks: { "kitchen.spices": { season: (dish: string) => dish, options: [{ flags: "--heat <y>", description: "" }] } as PluginHook } },
    "plugin odd, kitchen.spices: cook has a flag like --heat <y> already; it is left out",
  ],
])("%s is told in one sentence, the others work, and the exit status says so", async (_, parts, sentence) => {
  const { status, out, err } = await run(["--heat", "3"], [pepper, plugin(parts)])
  expect([status, out, err]).toEqual([1, "soup of 10 minutes with pepper 3\n", `${sentence}\n`])
})

test("a wrong value of a plugin's flag is a mistake of usage", async () => {
  expect(await run(["--heat", "10"], [pepper])).toEqual({
    status: 2,
    out: "",
    err: "error: plugin pepper, kitchen.spices: --heat: expected at most 9, got 10\n",
  })
  expect((await run(["--heat", "hot"], [pepper])).status).toBe(2)
})

test("what the verb of a plugin throws bears its name and keeps its exit status", async () => {
  const broken = plugin({
    verbs: [defineVerb({ name: "burn", summary: "burns", run: () => Promise.reject(new DataError("no wood")) })],
  })
  let err = ""
  const app = createApp({ name: "k", domain: "kitchen", description: "", verbs: [cook], plugins: [broken], clock: () => 0 })
  const stream = { write: (words: string) => (err += words) }
  const host = { argv: ["burn"], env: {}, stdout: stream, stderr: stream, signals: { on() {}, off() {} }, clock: () => 0, exit() {} }
  expect(await app.run(host)).toBe(3)
  expect(err).toBe("error: plugin odd, verb burn: no wood\n")
})
