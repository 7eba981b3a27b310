import { readdir, readFile, stat } from "node:fs/promises"
import path from "node:path"
import type { Environment } from "../run/environment.ts"
import { readMetrics } from "../run/metrics-log.ts"
import { formatBytes, formatCount } from "../format/format.ts"
import { textTable } from "../format/text-table.ts"
import { loadNn } from "../load-nn.ts"
import { section } from "./inspect-checkpoint.ts"
import type { Inspection } from "./inspection.ts"
import { listCheckpoints } from "./list-checkpoints.ts"

/**
 * Says what a run folder (see `openRunFolder`) holds: how it was started and on what, its config, how far its log goes, its checkpoints
 * and what else it has made.
 *
 * @throws DataError where config or environment cannot be read
 */
export async function inspectRun(folder: string): Promise<Inspection> {
  const config = await readJson(path.join(folder, "config.json"))
  const environment = (await readJson(path.join(folder, "environment.json"))) as Partial<Environment>
  const { text: log, lines } = await readLog(path.join(folder, "metrics.jsonl"))
  const records = readMetrics(log)
  const { checkpoints, faults } = await listCheckpoints(path.join(folder, "checkpoints")).catch(() => ({ checkpoints: [], faults: [] }))
  const others = (await readdir(folder)).filter(
    (name) => !["config.json", "environment.json", "metrics.jsonl", "checkpoints", "samples"].includes(name),
  )
  const files = await Promise.all(others.sort().map(async (name) => ({ name, bytes: (await stat(path.join(folder, name))).size })))
  const samples = await readdir(path.join(folder, "samples")).catch(() => [])
  const last = records.at(-1)
  const damage =
    lines > records.length
      ? [`${path.join(folder, "metrics.jsonl")}: line ${records.length + 1} of ${lines} is damaged; what follows is not used`]
      : []
  const machine = [environment.cpu, environment.platform, backendText(environment.backend)].filter(Boolean)
  return {
    kind: "run",
    data: { config, environment, metrics: { records: records.length, last }, checkpoints, samples, files },
    text: [
      [
        `${folder}: run${environment.startedAt === undefined ? "" : ` started ${environment.startedAt}`}`,
        ...(environment.command ? [`command: ${environment.command.join(" ")}`] : []),
        ...(environment.commit === undefined
          ? []
          : [`commit: ${environment.commit}${environment.modified === true ? ", with changes" : ""}`]),
        ...(machine.length === 0 ? [] : [`machine: ${machine.join("; ")}`]),
      ].join("\n"),
      section("config", config),
      `metrics: ${formatCount(records.length)} records${last ? `, the last is ${JSON.stringify(last)}` : ""}`,
      checkpoints.length === 0
        ? "checkpoints: none"
        : textTable(
            ["checkpoint", "of", "parameters"],
            checkpoints.map(({ path: at, of, parameters }) => [at, of, formatCount(parameters)]),
          ),
      [...files.map(({ name, bytes }) => `${name}: ${formatBytes(bytes)}`), `samples: ${formatCount(samples.length)} files`].join("\n"),
    ]
      .filter(Boolean)
      .join("\n\n"),
    faults: [...damage, ...faults],
  }
}

const backendText = (backend: unknown): string =>
  typeof backend === "object" && backend !== null && "name" in backend ? `backend ${String(backend.name)}` : ""

async function readLog(file: string): Promise<{ text: string; lines: number }> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""
    throw error
  })
  return { text, lines: text.split("\n").filter(Boolean).length }
}

async function readJson(file: string): Promise<unknown> {
  const { DataError } = await loadNn()
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown
  } catch (cause) {
    throw new DataError(`${file}: expected JSON, got "${(cause as Error).message}"; the run is damaged, start it again`, { cause })
  }
}
