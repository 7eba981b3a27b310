import type { ConfigSource } from "../config/resolve-config.ts"
import type { Extension } from "../plugin/plugins.ts"
import type { PluginHook, Seam } from "../plugin/plugin.ts"
import type { Progress, ProgressOptions } from "../progress/progress.ts"
import type { RunFolder, RunFolderOptions } from "../run/run-folder.ts"
import type { Host } from "./host.ts"
import type { Output } from "./output.ts"

/** A flag of one verb. */
export interface VerbOption {
  /** `--count <n>`, `-o, --output <file>`, `--force`; `<x...>` takes several values. */
  readonly flags: string
  readonly description: string
  readonly default?: unknown
  /** The only words that are allowed. */
  readonly choices?: readonly string[]
  /** Reads the text; throws through `integer`, `decimal` or `list` where it cannot. */
  readonly parse?: (text: string) => unknown
  /** The dotted config key that this flag sets: the text is then read as the key's type and checked by the schema. */
  readonly key?: string
}

/** A word after the verb: `<setup>` is required, `[run]` is not, `[files...]` is a list and comes last. */
export interface VerbArgument {
  readonly name: string
  readonly description: string
  readonly choices?: readonly string[]
}

/** One command of an app: `scalewise-image train`. What is heavy is imported inside `config` and `run`, so that help stays fast. */
export interface Verb<Config = unknown, Options = Record<string, unknown>> {
  readonly name: string
  /** One line in the list of verbs. */
  readonly summary: string
  /** A paragraph in the verb's own help. */
  readonly description?: string
  readonly arguments?: readonly VerbArgument[]
  readonly options?: readonly VerbOption[]
  /** What follows the program's name: `train --preset quick`. */
  readonly examples?: readonly string[]
  /** Adds `--preset`, `--config`, `--set`, `--print-config` and `--dry-run`. */
  readonly config?: () => Promise<ConfigSource<Config>>
  /** Presets' names for the help text, which must not load the config. */
  readonly presets?: readonly string[]
  /** Where plugins may come in. */
  readonly seams?: readonly Seam[]
  /** Does the work. A number is the exit status; an aborted `signal` makes it 130. */
  run(context: VerbContext<Config, Options>): Promise<number | void>
}

/** What a verb gets to work with. */
export interface VerbContext<Config = unknown, Options = Record<string, unknown>> {
  /** The whole command, as it can be typed again: "scalewise-image train --preset mnist". */
  readonly command: string
  /** The words after the verb; a list argument is spread. */
  readonly arguments: readonly string[]
  readonly options: Options
  /** The checked config; undefined for a verb without one. */
  readonly config: Config
  /** Where each value of the config comes from, by dotted key. */
  readonly origins: Readonly<Record<string, string>>
  /** `--seed`, where given. A config with a key `seed` has it there already. */
  readonly seed: number | undefined
  /** `--dry-run`: check everything, print parameters, memory and time, write nothing. */
  readonly dryRun: boolean
  /** Aborts at Ctrl-C: finish the step, save, return. */
  readonly signal: AbortSignal
  readonly output: Output
  readonly host: Host
  /** The hooks that plugins have in a seam, in the order of `--plugin`. */
  extensions<Hook extends PluginHook>(seam: Seam<Hook>): readonly Extension<Hook>[]
  /** A bar on a terminal, a line every few seconds elsewhere, nothing with `--quiet`. */
  progress(options: ProgressOptions): Progress
  /** The folder of a run of this app, with its config and environment written; `backend` is what `selectBackend` said. */
  openRun(options: Omit<RunFolderOptions, "domain" | "environment"> & { readonly backend: unknown }): Promise<RunFolder>
}

/** Gives the types of `config` and `options` to `run`. */
export function defineVerb<Config = undefined, Options = Record<string, unknown>>(verb: Verb<Config, Options>): Verb {
  return verb as Verb
}
