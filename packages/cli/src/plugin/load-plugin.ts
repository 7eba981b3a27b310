import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { satisfies, validRange } from "semver"
import { didYouMean } from "../config/nearest.ts"
import { pluginApi, type Plugin } from "./plugin.ts"

/** Fields of a plugin; another one is most often a misspelt one. */
const fields = ["name", "description", "api", "verbs", "presets", "hooks"]

/**
 * Loads a plugin by the name of a package that is installed where the command is given, or by the folder of one.
 *
 * @throws Error in one sentence, which names the plugin, for one that is missing, not built, broken, or of another version
 */
export async function loadPlugin(word: string, folder: string): Promise<Plugin> {
  const file = resolvePlugin(word, folder)
  let module: { plugin?: unknown }
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module
  } catch (cause) {
    throw new Error(`plugin ${word}: it cannot be loaded: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`, {
      cause,
    })
  }
  return checkPlugin(module.plugin, word)
}

function resolvePlugin(word: string, folder: string): string {
  const manifest = path.join(path.resolve(folder, word), "package.json")
  if (!existsSync(manifest))
    try {
      return createRequire(path.join(path.resolve(folder), "package.json")).resolve(word)
    } catch (cause) {
      const remedy = `npm install ${word}, or give the folder of a package`
      throw new Error(`plugin ${word}: expected a package that is installed here, found none; ${remedy}`, { cause })
    }
  // A package may name itself: its folder is enough to find what it exports
  const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { name: string }
  try {
    return createRequire(manifest).resolve(name)
  } catch (cause) {
    throw new Error(`plugin ${word}: expected the file that its package.json exports, found none; build it first`, { cause })
  }
}

/**
 * A value as the plugin that it has to be.
 *
 * @throws Error in one sentence
 */
export function checkPlugin(value: unknown, word: string): Plugin {
  if (typeof value !== "object" || value === null)
    throw new Error(
      `plugin ${word}: expected an export "plugin" made by definePlugin, found ${value === undefined ? "none" : typeof value}`,
    )
  const plugin = value as Plugin
  const unknown = Object.keys(plugin).find((key) => !fields.includes(key))
  if (unknown !== undefined) throw new Error(`plugin ${word}: it declares an unknown "${unknown}".${didYouMean(unknown, fields)}`)
  for (const field of ["name", "description", "api"] as const)
    if (typeof plugin[field] !== "string" || plugin[field] === "") throw new Error(`plugin ${word}: expected a text as its "${field}"`)
  if (validRange(plugin.api) === null)
    throw new Error(`plugin ${word}: expected a range of versions such as "^${pluginApi}" as its "api", got "${plugin.api}"`)
  if (!satisfies(pluginApi, plugin.api))
    throw new Error(
      `plugin ${word}: it is made for version ${plugin.api} of the plugin API, this program has ${pluginApi}; install a fitting version`,
    )
  return plugin
}
