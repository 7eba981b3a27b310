import { ConfigError } from "@scalewise/nn"
import { expect, it } from "vitest"
import { defineVerb } from "../app/verb.ts"
import { runVerb } from "./run-verb.ts"

const greet = defineVerb<undefined, { loud?: boolean }>({
  name: "greet",
  summary: "says hello",
  arguments: [{ name: "name", description: "whom to greet" }],
  options: [{ flags: "--loud", description: "louder" }],
  run: async ({ command, arguments: [name], options, output }) => {
    if (name === "nobody") throw new ConfigError("greet: expected a name, got nobody; name somebody")
    output.say(`This is ${command}`)
    output.data({ name, loud: options.loud === true }, `Hello, ${name}`)
  },
})
const app = { name: "demo", domain: "demo" }

it("gives the status and what went to each stream", async () => {
  expect(await runVerb(greet, ["Ada", "--loud", "--json"], app)).toEqual({
    status: 0,
    out: '{"name":"Ada","loud":true}\n',
    err: "This is demo greet Ada --loud --json\n",
  })
  expect(await runVerb(greet, ["nobody"], app)).toEqual({
    status: 2,
    out: "",
    err: "error: greet: expected a name, got nobody; name somebody\n",
  })
})
