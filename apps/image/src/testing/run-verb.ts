import { createApp, type Host, type Verb } from "@scalewise/cli"

/** What a verb did: its exit status, and what it wrote. */
export interface VerbRun {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs one verb of the app in this process, as its command line would. */
export async function runVerb(verb: Verb, argv: readonly string[]): Promise<VerbRun> {
  let out = ""
  let err = ""
  const host: Host = {
    argv: [verb.name, ...argv],
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signals: { on() {}, off() {} },
    clock: Date.now,
    exit() {},
  }
  const app = createApp({ name: "scalewise-image", domain: "image", description: "", verbs: [verb], clock: Date.now })
  return { status: await app.run(host), out, err }
}
