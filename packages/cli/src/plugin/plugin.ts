import type { Verb, VerbOption } from "../app/verb.ts"
import type { ConfigTree } from "../config/config-tree.ts"

/** The version of what plugins may declare; a plugin says with which range of it it works. */
export const pluginApi = "1.0.0"

/** What every hook may bring besides what its seam asks for. */
export interface PluginHook {
  /** Flags of the hook; every verb that has the seam gets them. */
  readonly options?: readonly VerbOption[]
}

/** What a package exports as `plugin` to be used with `--plugin PACKAGE`. */
export interface Plugin {
  /** The package's name. */
  readonly name: string
  /** One line for the help text. */
  readonly description: string
  /** The versions of the plugin API that it works with, as npm writes ranges: "^1.0.0". */
  readonly api: string
  /** More verbs, for whichever app it is given to. */
  readonly verbs?: readonly Verb[]
  /** More presets, by the verb that has a config and by name; each holds what differs from the defaults. */
  readonly presets?: Readonly<Record<string, Readonly<Record<string, ConfigTree>>>>
  /** What the seams of an app take, by the seam: "image.sampling". Those of other apps are left alone. */
  readonly hooks?: Readonly<Record<string, PluginHook>>
}

/** Gives the types of a plugin to what is written. */
export const definePlugin = (plugin: Plugin): Plugin => plugin

/** A place where an app lets plugins in. */
export interface Seam<Hook extends PluginHook = PluginHook> {
  /** The app's domain, a dot, a word: "image.sampling". */
  readonly name: string
  /** What a hook does there, in a line. */
  readonly description: string
  /** Never there at run time: carries the type of the hooks. */
  readonly hook?: Hook
}

/** A seam, with the type of its hooks. */
export const defineSeam = <Hook extends PluginHook>(name: string, description: string): Seam<Hook> => ({ name, description })
