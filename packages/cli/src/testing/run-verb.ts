import { createApp } from "../app/create-app.ts"
import type { Host } from "../app/host.ts"
import type { Verb } from "../app/verb.ts"
import type { Plugin } from "../plugin/plugin.ts"

export interface RunVerbOptions {
  /** The name of the program: `scalewise-image`. */
  readonly name: string
  /** Second folder of its runs: `image`. */
  readonly domain: string
  /** Plugins that are there without `--plugin`. @defaultValue none */
  readonly plugins?: readonly Plugin[]
  /** Milliseconds since 1970. @defaultValue the time of this process */
  readonly clock?: () => number
}

/** What a verb did: its exit status, and what it wrote. */
export interface VerbRun {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs one verb of an app in this process, as its command line would; `argv` is what follows the verb. */
export async function runVerb(
  verb: Verb,
  argv: readonly string[],
  { name, domain, plugins = [], clock = () => performance.timeOrigin + performance.now() }: RunVerbOptions,
): Promise<VerbRun> {
  let out = ""
  let err = ""
  const host: Host = {
    argv: [verb.name, ...argv],
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    signals: { on() {}, off() {} },
    clock,
    exit() {},
  }
  const app = createApp({ name, domain, description: "", verbs: [verb], plugins, clock })
  return { status: await app.run(host), out, err }
}
