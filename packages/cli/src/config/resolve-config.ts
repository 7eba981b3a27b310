import type { z } from "zod"
import { loadNn } from "../load-nn.ts"
import { assign, isTree, knownPaths, leaves, schemaAt, type ConfigTree } from "./config-tree.ts"
import { didYouMean } from "./nearest.ts"
import { readConfigFile } from "./read-config-file.ts"

/** What a verb can be configured with: a schema whose fields all have defaults, and named sets of other values. */
export interface ConfigSource<Config> {
  readonly schema: z.ZodType<Config>
  /** Each preset names only what differs from the defaults. */
  readonly presets?: Readonly<Record<string, ConfigTree>>
  /** The preset that holds where none is asked for; without one, the schema's defaults hold. */
  readonly preset?: string
}

export interface ResolveConfigOptions {
  /** Name of a preset. */
  readonly preset?: string | undefined
  /** A YAML or JSON file. */
  readonly file?: string | undefined
  /** Values of a verb's own flags by dotted key; text is read as the key's type. */
  readonly flags?: Readonly<Record<string, { readonly flag: string; readonly value: unknown }>>
  /** `a.b=c`, the last word. */
  readonly set?: readonly string[]
}

/** A checked config and where each of its values comes from. */
export interface ResolvedConfig<Config> {
  readonly value: Config
  /** By dotted key: "default", "preset paper", "file run.yaml", "--seeds", "--set". */
  readonly origins: Readonly<Record<string, string>>
}

/**
 * Puts a config together, later over earlier: defaults, preset, file, flags, `--set`.
 *
 * @throws ConfigError for an unknown preset or key (with what was probably meant), a value of the wrong type, and a file that is missing or no YAML
 */
export async function resolveConfig<Config>(
  { schema, presets = {}, preset: usual }: ConfigSource<Config>,
  { preset = usual, file, flags = {}, set = [] }: ResolveConfigOptions = {},
): Promise<ResolvedConfig<Config>> {
  const tree: ConfigTree = {}
  const origins: Record<string, string> = {}
  const put = async (path: string, value: unknown, origin: string): Promise<void> => {
    if (schemaAt(schema, path) == null) throw await unknownKey(schema, path, origin)
    assign(tree, path, value)
    origins[path] = origin
  }

  if (preset != null) {
    if (!Object.hasOwn(presets, preset)) throw await configError(`unknown preset "${preset}".${didYouMean(preset, Object.keys(presets))}`)
    for (const [path, value] of leaves(presets[preset]!)) await put(path, value, `preset ${preset}`)
  }
  if (file != null) for (const [path, value] of leaves(await readConfigFile(file))) await put(path, value, `file ${file}`)
  for (const [path, { flag, value }] of Object.entries(flags))
    await put(path, typeof value === "string" ? await readAs(schema, path, value) : value, flag)
  for (const assignment of set) {
    const [, path, text] = /^([^=]+)=(.*)$/s.exec(assignment) ?? []
    if (path == null || text == null) throw await configError(`--set ${assignment}: expected key=value, for example --set seed=1`)
    await put(path, await readAs(schema, path, text), "--set")
  }

  const result = schema.safeParse(tree)
  if (!result.success) throw await invalidValue(schema, result.error.issues, { tree, origins })
  const resolved = isTree(result.data) ? leaves(result.data) : []
  return { value: result.data, origins: Object.fromEntries(resolved.map(([path]) => [path, origins[path] ?? "default"])) }
}

/** Reads text as what the schema wants at this key: the first of YAML value, list and plain text that it accepts. */
async function readAs(schema: z.ZodType, path: string, text: string): Promise<unknown> {
  const leaf = schemaAt(schema, path)
  if (leaf == null) return text
  const { parse } = await import("yaml")
  const readings = [text, `[${text}]`].flatMap((source) => {
    try {
      return [parse(source) as unknown]
    } catch {
      return []
    }
  })
  return [...readings, text].find((reading) => leaf.safeParse(reading).success) ?? readings[0] ?? text
}

async function unknownKey(schema: z.ZodType, path: string, origin: string): Promise<Error> {
  const known = knownPaths(schema)
  const tail = path.split(".").at(-1)!
  // `rate` for `optimizer.rate`: right word, wrong place.
  const misplaced = known.filter((name) => name.endsWith(`.${tail}`))
  const hint = misplaced.length === 1 ? ` Did you mean "${misplaced[0]}"?` : didYouMean(path, known)
  return configError(`${origin}: unknown key "${path}".${hint}`)
}

type Issue = z.core.$ZodIssue

async function invalidValue(
  schema: z.ZodType,
  issues: readonly Issue[],
  { tree, origins }: { tree: ConfigTree; origins: Readonly<Record<string, string>> },
): Promise<Error> {
  const lines = issues.map((issue) => {
    const path = issue.path.join(".")
    const keys = issue.code === "unrecognized_keys" ? issue.keys : []
    if (keys.length > 0) return `unknown key "${[...issue.path, keys[0]].join(".")}".${didYouMean(keys[0]!, knownPaths(schema))}`
    const found = issue.path.reduce<unknown>(
      (node, key) => (isTree(node) || Array.isArray(node) ? (node as ConfigTree)[String(key)] : undefined),
      tree,
    )
    const origin = Object.entries(origins).find(([key]) => path === key || path.startsWith(`${key}.`))?.[1]
    return `${origin == null ? "" : `${origin}: `}${path || "config"} is ${JSON.stringify(found) ?? "missing"}: ${reason(issue)}`
  })
  return configError(lines.join("; "))
}

/** zod's sentence, its first letter lowered so that it can follow ours. */
const reason = ({ message }: Issue): string => message.charAt(0).toLowerCase() + message.slice(1)

async function configError(message: string): Promise<Error> {
  const { ConfigError } = await loadNn()
  return new ConfigError(message)
}
