import { readFile } from "node:fs/promises"
import { loadNn } from "../load-nn.ts"
import { fileProblem } from "../app/file-problem.ts"
import { isTree, type ConfigTree } from "./config-tree.ts"

/**
 * Reads a YAML file (JSON is YAML too) whose top level is a record. An empty file is an empty config.
 *
 * @throws ConfigError where it cannot be read, is not YAML or not a record
 */
export async function readConfigFile(file: string): Promise<ConfigTree> {
  const text = await readFile(file, "utf8").catch((error: unknown) => fail(`--config: ${fileProblem(error) ?? String(error)}`))
  const { parseDocument } = await import("yaml")
  const document = parseDocument(text, { prettyErrors: true })
  const problem = document.errors[0]
  if (problem != null) return fail(`${file}: not valid YAML: ${problem.message.split("\n")[0]!.replace(/:$/, "")}`)
  const value: unknown = document.toJS() ?? {}
  return isTree(value)
    ? value
    : fail(`${file}: expected keys and values at the top level, got ${Array.isArray(value) ? "a list" : typeof value}`)
}

async function fail(message: string): Promise<never> {
  const { ConfigError } = await loadNn()
  throw new ConfigError(message)
}
