import { Argument, Option, type Command } from "commander"
import { schemaAt } from "../config/config-tree.ts"
import { printConfig } from "../config/print-config.ts"
import { resolveConfig, type ResolvedConfig } from "../config/resolve-config.ts"
import { createProgress } from "../progress/progress.ts"
import { describeEnvironment } from "../run/environment.ts"
import type { Plugins } from "../plugin/plugins.ts"
import { openRunFolder } from "../run/run-folder.ts"
import { exitCode } from "./exit-code.ts"
import type { Host } from "./host.ts"
import { listenForInterruption } from "./interruption.ts"
import { createOutput } from "./output.ts"
import type { Verb, VerbContext, VerbOption } from "./verb.ts"

/** What the shell knows when it runs a verb. */
export interface VerbCommandOptions {
  readonly program: string
  readonly version?: string
  /** Second folder of a run: `runs/image/NAME`. */
  readonly domain: string
  readonly host: Host
  readonly plugins: Plugins
  /** Told the exit status. */
  readonly done: (code: number) => void
}

interface SharedOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly color: boolean
  readonly seed?: number
  readonly preset?: string
  readonly config?: string
  readonly set?: string[]
  readonly printConfig?: boolean
  readonly dryRun?: boolean
  readonly [name: string]: unknown
}

/** Adds a verb to the commander program: its arguments, its flags, and what happens when it is called. */
export function addVerb(parent: Command, verb: Verb, { program, version, domain, host, plugins, done }: VerbCommandOptions): void {
  const command = parent
    .command(verb.name)
    .summary(verb.summary)
    .description(verb.description ?? verb.summary)
  for (const { name, description, choices } of verb.arguments ?? []) {
    const argument = new Argument(name, description)
    command.addArgument(choices == null ? argument : argument.choices(choices))
  }
  for (const option of verb.options ?? []) command.addOption(commanderOption(option))
  for (const { plugin, seam, option } of plugins.optionsOf(verb.seams ?? []))
    try {
      command.optionsGroup(`Plugin ${plugin}:`).addOption(commanderOption(option))
    } catch {
      plugins.tell(`plugin ${plugin}, ${seam}: ${verb.name} has a flag like ${option.flags} already; it is left out`)
    }
  if (verb.config != null) {
    const names = [...(verb.presets ?? []), ...Object.keys(plugins.presetsOf(verb.name))]
    const presets = names.length === 0 ? "" : `: ${names.join(", ")}`
    command
      .optionsGroup("Config (later over earlier: defaults, preset, file, flags, --set):")
      .option("--preset <name>", `a named set of values${presets}`)
      .option("--config <file>", "values from a YAML or JSON file")
      .option("--set <key=value...>", "one value, for example --set optimizer.rate=1e-4")
      .option("--print-config", "print the config, with the origin of each value, and stop")
      .option("--dry-run", "check config and data, print parameters, memory and time, write nothing")
  }
  const examples = (verb.examples ?? []).map((example) => `  $ ${program} ${example}\n`).join("")
  if (examples !== "") command.addHelpText("after", `\nExamples:\n${examples.trimEnd()}`)

  command.action(async () => {
    const options: SharedOptions = command.optsWithGlobals()
    const output = createOutput(host, { json: options.json === true, quiet: options.quiet === true, color: options.color })
    const { value, origins } = await configOf(verb, command, options, plugins)
    if (verb.config != null && options.printConfig === true) {
      output.data({ config: value, origins }, () => printConfig({ value, origins }))
      return done(exitCode.ok)
    }
    const interruption = listenForInterruption(host, output.warn)
    const { signal } = interruption
    const context: VerbContext = {
      command: [program, ...host.argv].join(" "),
      arguments: command.processedArgs.flat().filter((word) => word != null) as string[],
      options,
      config: value,
      origins,
      seed: options.seed,
      dryRun: options.dryRun === true,
      signal,
      output,
      host,
      extensions: (seam) => plugins.extensionsOf(seam),
      progress: (settings) => createProgress(settings, { host, output }),
      openRun: async ({ backend, ...settings }) =>
        openRunFolder({
          ...settings,
          domain,
          environment: await describeEnvironment(host, { program, ...(version != null && { version }), backend }),
        }),
    }
    try {
      const code = await verb.run(context)
      done(signal.aborted ? exitCode.interrupted : (code ?? exitCode.ok))
    } catch (error) {
      // Whatever a verb throws because it was asked to stop is no failure.
      if (!signal.aborted || !isAbort(error, signal)) throw error
      done(exitCode.interrupted)
    } finally {
      interruption.dispose()
    }
  })
}

const isAbort = (error: unknown, { reason }: AbortSignal): boolean =>
  error === reason || (error instanceof Error && (error.name === "AbortError" || error.cause === reason))

function commanderOption({ flags, description, default: value, choices, parse }: VerbOption): Option {
  const option = new Option(flags, description)
  if (value !== undefined) option.default(value)
  if (parse != null) option.argParser(parse)
  if (choices != null) option.choices(choices)
  return option
}

async function configOf(verb: Verb, command: Command, options: SharedOptions, plugins: Plugins): Promise<ResolvedConfig<unknown>> {
  if (verb.config == null) return { value: undefined, origins: {} }
  const own = await verb.config()
  // The app's own presets keep their names
  const source = { ...own, presets: { ...plugins.presetsOf(verb.name), ...own.presets } }
  const flags: Record<string, { flag: string; value: unknown }> = {}
  for (const { flags: text, key } of verb.options ?? []) {
    const option = command.options.find((candidate) => candidate.flags === text)
    if (key == null || option == null || command.getOptionValueSource(option.attributeName()) !== "cli") continue
    flags[key] = { flag: option.long ?? text, value: options[option.attributeName()] }
  }
  if (options.seed != null && schemaAt(source.schema, "seed") != null) flags["seed"] = { flag: "--seed", value: options.seed }
  return resolveConfig(source, { preset: options.preset, file: options.config, flags, ...(options.set != null && { set: options.set }) })
}
