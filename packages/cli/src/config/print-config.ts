import { isTree, type ConfigTree } from "./config-tree.ts"
import type { ResolvedConfig } from "./resolve-config.ts"

/** A config as YAML that `--config` reads back, with the origin of each value in a comment. */
export function printConfig({ value, origins }: ResolvedConfig<unknown>): string {
  if (!isTree(value)) return JSON.stringify(value)
  const lines = yamlLines(value)
  const width = Math.min(60, Math.max(0, ...lines.filter(({ path }) => path != null).map(({ text }) => text.length)))
  return lines.map(({ text, path }) => (path == null ? text : `${text.padEnd(width)}  # ${origins[path] ?? "default"}`)).join("\n")
}

function yamlLines(tree: ConfigTree, prefix = "", indent = ""): { text: string; path?: string }[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) && Object.keys(value).length > 0
      ? [{ text: `${indent}${key}:` }, ...yamlLines(value, `${prefix}${key}.`, `${indent}  `)]
      : // JSON is YAML: every leaf reads back as it is.
        [{ text: `${indent}${key}: ${JSON.stringify(value)}`, path: prefix + key }],
  )
}
