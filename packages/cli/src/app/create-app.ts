import { Command, CommanderError, Option } from "commander"
import { doctorVerb } from "../doctor/doctor.ts"
import { loadPlugin } from "../plugin/load-plugin.ts"
import type { Plugin } from "../plugin/plugin.ts"
import { gatherPlugins } from "../plugin/plugins.ts"
import { exitCode, failureOf } from "./exit-code.ts"
import type { Host } from "./host.ts"
import { createOutput, type Output } from "./output.ts"
import { integer } from "./parse-option.ts"
import { addVerb } from "./verb-command.ts"
import type { Verb } from "./verb.ts"

export interface AppOptions {
  /** The name of the program: `scalewise-image`. */
  readonly name: string
  /** Second folder of its runs: `image`. */
  readonly domain: string
  /** One or two sentences above the list of verbs. */
  readonly description: string
  readonly version?: string
  /** Besides `doctor`, which every app has. */
  readonly verbs: readonly Verb[]
  /** Commands that show off the app: `experiment all --preset quick`. */
  readonly examples?: readonly string[]
  /** Plugins that are there without `--plugin`. */
  readonly plugins?: readonly Plugin[]
  /** Milliseconds since 1970; the only clock that the app reads. */
  readonly clock: () => number
}

/** A command line program made of verbs. */
export interface App {
  /** Runs one command and gives its exit status. Never throws. */
  run(host: Host): Promise<number>
  /** Runs on the real process: its words, its streams, its signals, its end. */
  main(): Promise<void>
}

const exitCodes = `
Exit status: 0 done, 1 failed, 2 wrong usage or config, 3 bad or missing data, 130 interrupted after saving.
SCALEWISE_DEBUG=1 shows the stack trace of an error; NO_COLOR=1 switches colours off.`

/** Puts verbs together into a program with the flags, messages and exit status that all Scalewise apps share. */
export function createApp(options: AppOptions): App {
  return { run: (host) => run(options, host), main: () => main(options) }
}

async function run(
  { name, domain, description, version, verbs, examples = [], plugins: given = [] }: AppOptions,
  host: Host,
): Promise<number> {
  let status: number = exitCode.ok
  const program = new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // Errors are told below, all in one way.
      outputError: () => {},
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .addOption(new Option("--json", "results as JSON on stdout"))
    .addOption(new Option("--quiet", "no progress, no remarks"))
    .addOption(new Option("--no-color", "no colours"))
    .addOption(new Option("--plugin <package>", "a package, or the folder of one, that adds to this program; may be repeated"))
    .addOption(new Option("--seed <n>", "seed of all random numbers").argParser(integer({ min: 0 })))
  if (version != null) program.version(version)
  const own = [...verbs, doctorVerb]
  const { warn } = outputOf(host)
  const { loaded, missed } = await loadAll(pluginWords(host.argv), warn)
  const plugins = gatherPlugins([...given, ...loaded], { verbs: own, domain, warn })
  const settings = {
    program: name,
    domain,
    host,
    plugins,
    done: (code: number) => void (status = code),
    ...(version != null && { version }),
  }
  for (const verb of [...own, ...plugins.verbs]) addVerb(program, verb, settings)
  if (plugins.all.length > 0)
    program.addHelpText(
      "after",
      `\nPlugins:\n${plugins.all.map((plugin) => `  ${plugin.name}  ${pluginLine(plugin)}\n`).join("")}`.trimEnd(),
    )
  const lines = examples.map((example) => `  $ ${name} ${example}\n`).join("")
  if (lines !== "") program.addHelpText("before", `Examples:\n${lines}`)
  program.addHelpText("after", exitCodes)

  try {
    await program.parseAsync(host.argv, { from: "user" })
    // What could be done was done; that a plugin was asked for and did not work must not look like success
    return status === exitCode.ok && (missed || plugins.failed()) ? exitCode.failure : status
  } catch (error) {
    // Help and version arrive as errors; help that nobody asked for (no verb) is a mistake of usage.
    if (error instanceof CommanderError && error.code.startsWith("commander.help"))
      return error.exitCode === 0 ? exitCode.ok : exitCode.usage
    if (error instanceof CommanderError && error.code === "commander.version") return exitCode.ok
    return tellFailure(error, outputOf(host), host)
  }
}

/** The words after `--plugin`, which decide what else can be read; so they are looked for by hand. */
function pluginWords(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    if (word.startsWith("--plugin=")) return [word.slice("--plugin=".length)]
    const next = argv[at + 1]
    return word === "--plugin" && next !== undefined && !next.startsWith("-") ? [next] : []
  })
}

/** Loads plugins one by one; one that cannot be loaded is told, and the others are there all the same. */
async function loadAll(words: readonly string[], warn: (text: string) => void): Promise<{ loaded: Plugin[]; missed: boolean }> {
  const loaded: Plugin[] = []
  for (const word of words)
    try {
      loaded.push(await loadPlugin(word, process.cwd()))
    } catch (error) {
      warn(`${(error as Error).message}; going on without it`)
    }
  return { loaded, missed: loaded.length < words.length }
}

const pluginLine = ({ description, verbs = [], presets = {}, hooks = {} }: Plugin): string => {
  const parts = [
    ...verbs.map((verb) => `verb ${verb.name}`),
    ...Object.entries(presets).map(([verb, sets]) => `presets of ${verb}: ${Object.keys(sets).join(", ")}`),
    ...Object.keys(hooks),
  ]
  return `${description} (${parts.join("; ")})`
}

/** The arguments could not be read, perhaps, so the few flags that matter to an error message are looked for by hand. */
function outputOf(host: Host): Output {
  const has = (flag: string): boolean => host.argv.includes(flag)
  return createOutput(host, { json: has("--json"), quiet: has("--quiet"), color: !has("--no-color") })
}

function tellFailure(error: unknown, output: Output, { env }: Pick<Host, "env">): number {
  const { exitCode: status, code, message, unexpected } = failureOf(error)
  const debug = [env["SCALEWISE_DEBUG"], env["DEBUG"]].some((value) => value != null && value !== "" && value !== "0")
  output.warn(`${output.colors.red("error:")} ${message}`)
  if (debug && error instanceof Error) output.warn(output.colors.dim(error.stack ?? String(error)))
  else if (unexpected) output.warn(output.colors.dim("Set SCALEWISE_DEBUG=1 to see where it happened."))
  if (output.json) output.data({ error: { code, message, exitCode: status } }, "")
  return status
}

async function main(options: AppOptions): Promise<void> {
  const host: Host = {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    clock: options.clock,
    exit: (code) => process.exit(code),
  }
  // `scalewise-image sample | head` closes the pipe: nobody listens any more, and that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? exitCode.ok : exitCode.failure))
  const fail = (error: unknown): void => process.exit(tellFailure(error, outputOf(host), host))
  process.on("uncaughtException", fail)
  process.on("unhandledRejection", fail)
  const status = await run(options, host)
  // Threads of a backend would keep the process alive; what was written goes out first.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)))
}
