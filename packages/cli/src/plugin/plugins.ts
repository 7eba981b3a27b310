import type { Verb, VerbOption } from "../app/verb.ts"
import type { ConfigTree } from "../config/config-tree.ts"
import { didYouMean } from "../config/nearest.ts"
import { PluginFailure } from "./plugin-failure.ts"
import type { Plugin, PluginHook, Seam } from "./plugin.ts"

/** One plugin's hook in a seam. */
export interface Extension<Hook extends PluginHook = PluginHook> {
  readonly plugin: string
  readonly seam: string
  readonly hook: Hook
  /**
   * Does what the hook does. Where it throws, the user is told which plugin and seam, the exit status will say so, and the caller goes on
   * without it: `undefined`.
   *
   * @throws PluginFailure for a wrong value of one of the plugin's flags
   */
  attempt<Result>(work: () => Result | Promise<Result>): Promise<Result | undefined>
  /** Tells the user of an error that was met later, and makes the exit status say so. */
  report(error: unknown): void
  /** An error of this plugin, to be thrown on. */
  failure(error: unknown): PluginFailure
}

/** The plugins of one call of an app. */
export interface Plugins {
  readonly all: readonly Plugin[]
  /** Whether one of them failed: the call's exit status is then not 0. */
  readonly failed: () => boolean
  readonly verbs: readonly Verb[]
  /** Presets for a verb, by name. */
  presetsOf(verb: string): Readonly<Record<string, ConfigTree>>
  /** Flags that hooks bring to a verb with these seams. */
  optionsOf(seams: readonly Seam[]): readonly { readonly plugin: string; readonly seam: string; readonly option: VerbOption }[]
  /** Tells the user of what is wrong with a plugin, and makes the exit status say so. */
  tell(text: string): void
  extensionsOf<Hook extends PluginHook>(seam: Seam<Hook>): readonly Extension<Hook>[]
}

/** Options of `gatherPlugins`. */
export interface GatherPluginsOptions {
  /** The app's verbs, whose names are taken. */
  readonly verbs: readonly Verb[]
  /** The app's domain: hooks of other domains are left alone. */
  readonly domain: string
  readonly warn: (text: string) => void
}

/** Puts plugins together for an app; what does not fit (a name that is taken, a seam that there is not) is told and left out. */
export function gatherPlugins(all: readonly Plugin[], { verbs: own, domain, warn }: GatherPluginsOptions): Plugins {
  let failed = false
  const tell = (text: string): void => {
    failed = true
    warn(text)
  }
  const verbs: Verb[] = []
  for (const { name, verbs: added = [] } of all)
    for (const verb of added) {
      if ([...own, ...verbs].some((other) => other.name === verb.name))
        tell(`plugin ${name}, verb ${verb.name}: there is a verb of that name already; it is left out`)
      else verbs.push({ ...verb, run: (context) => asFailureOf(name, `verb ${verb.name}`, () => verb.run(context)) })
    }
  const seams = new Map([...own, ...verbs].flatMap((verb) => verb.seams ?? []).map((seam) => [seam.name, seam]))
  for (const { name, hooks = {}, presets = {} } of all) {
    for (const key of Object.keys(hooks))
      if (key.startsWith(`${domain}.`) && !seams.has(key))
        tell(`plugin ${name}, ${key}: this program has no such seam.${didYouMean(key, [...seams.keys()])}`)
    for (const verb of Object.keys(presets))
      if (![...own, ...verbs].some((other) => other.name === verb && other.config != null))
        tell(`plugin ${name}, presets of ${verb}: this program has no such verb with a config.`)
  }
  return {
    all,
    failed: () => failed,
    verbs,
    presetsOf: (verb) => Object.assign({}, ...all.map(({ presets }) => presets?.[verb])) as Record<string, ConfigTree>,
    tell,
    optionsOf: (wanted) =>
      wanted.flatMap(({ name: seam }) =>
        all.flatMap(({ name: plugin, hooks }) => (hooks?.[seam]?.options ?? []).map((option) => ({ plugin, seam, option }))),
      ),
    extensionsOf: <Hook extends PluginHook>({ name: seam }: Seam<Hook>) =>
      all.flatMap(({ name: plugin, hooks }): Extension<Hook>[] => {
        const hook = hooks?.[seam] as Hook | undefined
        if (hook === undefined) return []
        const failure = (error: unknown) => (error instanceof PluginFailure ? error : new PluginFailure(plugin, seam, error))
        const report = (error: unknown): void => tell(`${failure(error).message}; going on without it`)
        return [
          {
            plugin,
            seam,
            hook,
            report,
            failure,
            async attempt(work) {
              try {
                return await work()
              } catch (error) {
                if (failure(error).isUsage) throw failure(error)
                report(error)
                return undefined
              }
            },
          },
        ]
      }),
  }
}

/** What the verb of a plugin throws bears the plugin's name. */
async function asFailureOf<Result>(plugin: string, seam: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error
    throw new PluginFailure(plugin, seam, error)
  }
}
