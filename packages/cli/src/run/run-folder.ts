import { access, mkdir, rm } from "node:fs/promises"
import path from "node:path"
import { loadNn } from "../load-nn.ts"
import { openMetricsLog, type MetricsLog, type MetricsRecord } from "./metrics-log.ts"

/** The folder of one run: `runs/DOMAIN/NAME/{config.json, environment.json, metrics.jsonl, checkpoints/, samples/, report.html}`. */
export interface RunFolder {
  readonly path: string
  /** Folder of the checkpoints; exists. */
  readonly checkpoints: string
  /** Folder of the samples; exists. */
  readonly samples: string
  /** Path of the report page, whether written or not. */
  readonly report: string
  readonly metrics: MetricsLog
  /** Writes a file of the run whole or not at all, by its path inside the folder; gives the path to tell the user. */
  write(file: string, content: string | Uint8Array): Promise<string>
  close(): void
}

export interface RunFolderOptions {
  /** @defaultValue "runs" */
  readonly root?: string
  readonly domain: string
  readonly name: string
  readonly config: unknown
  readonly environment: unknown
  /**
   * What to do where the run exists: refuse, go on with it, or clear it and begin again.
   * @defaultValue "refuse"
   */
  readonly existing?: "refuse" | "resume" | "replace"
  /** Which earlier metrics stay when resuming. @defaultValue all */
  readonly keep?: (record: MetricsRecord) => boolean
}

const parts = ["config.json", "environment.json", "metrics.jsonl", "checkpoints", "samples", "report.html"] as const

/**
 * Makes or opens the folder of a run and writes its config and environment.
 *
 * @throws ConfigError for a name that is no folder name, a run that exists already, or one to resume that does not
 */
export async function openRunFolder({
  root = "runs",
  domain,
  name,
  config,
  environment,
  existing = "refuse",
  keep,
}: RunFolderOptions): Promise<RunFolder> {
  const { ConfigError, writeAtomically } = await loadNn()
  if (!/^[\w][\w.+-]*$/.test(name)) throw new ConfigError(`run name "${name}": expected letters, digits, "-", "_" and "."`)
  const folder = path.join(root, domain, name)
  const at = (file: string): string => path.join(folder, file)
  const exists = await access(at("config.json")).then(
    () => true,
    () => false,
  )
  if (existing === "resume" && !exists) throw new ConfigError(`there is no run ${folder} to resume; start it without --resume`)
  if (existing === "refuse" && exists)
    throw new ConfigError(`the run ${folder} exists already; choose another name, or resume or replace it`)
  // Only what a run consists of: a note that somebody put beside it stays.
  if (existing === "replace") for (const part of parts) await rm(at(part), { recursive: true, force: true })

  await mkdir(at("checkpoints"), { recursive: true })
  await mkdir(at("samples"), { recursive: true })
  const write = async (file: string, content: string | Uint8Array): Promise<string> => {
    const target = at(file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeAtomically(target, (sink) => sink(typeof content === "string" ? Buffer.from(content) : content))
    return target
  }
  await write("environment.json", `${JSON.stringify(environment, null, 2)}\n`)
  await write("config.json", `${JSON.stringify(config, null, 2)}\n`)
  const metrics = await openMetricsLog(at("metrics.jsonl"), keep == null ? {} : { keep })
  return {
    path: folder,
    checkpoints: at("checkpoints"),
    samples: at("samples"),
    report: at("report.html"),
    metrics,
    write,
    close: () => metrics.close(),
  }
}
