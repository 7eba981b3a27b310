import { access, readFile, stat } from "node:fs/promises"
import path from "node:path"
import { formatCount } from "../format/format.ts"
import { textTable } from "../format/text-table.ts"
import { loadNn } from "../load-nn.ts"
import { inspectCheckpoint } from "./inspect-checkpoint.ts"
import { inspectRun } from "./inspect-run.ts"
import { inspectTensorFile } from "./inspect-tensor-file.ts"
import type { InspectOptions, Inspection } from "./inspection.ts"
import { listCheckpoints } from "./list-checkpoints.ts"

/**
 * Says what is at a path, where it is something that every domain has: a safetensors or PyTorch file, a checkpoint folder, a folder
 * of checkpoints, or a run. Any other folder is the domain's to know.
 *
 * @throws DataError for a path that does not exist, CheckpointError and DataError for what is damaged
 */
export async function inspectPath(at: string, options: InspectOptions = {}): Promise<Inspection | undefined> {
  const { DataError } = await loadNn()
  const found = await stat(at).catch((cause: unknown) => {
    throw new DataError(`${at}: expected a file or folder to inspect, got "${(cause as Error).message}"; check the path`, { cause })
  })
  if (!found.isDirectory()) return inspectTensorFile(at, options)
  if (await exists(path.join(at, "environment.json"))) return inspectRun(at)
  if (await exists(path.join(at, "config.json")))
    return (await isCheckpoint(path.join(at, "config.json"))) ? inspectCheckpoint(at, options) : undefined
  // Tensors without their config: the checkpoint's reader says what is missing.
  if (await exists(path.join(at, "model.safetensors"))) return inspectCheckpoint(at, options)
  const { checkpoints, faults } = await listCheckpoints(at, 2)
  if (checkpoints.length === 0) return undefined
  return {
    kind: "checkpoints",
    data: { checkpoints },
    text: `${at}: ${checkpoints.length} checkpoints\n\n${textTable(
      ["checkpoint", "of", "parameters"],
      checkpoints.map(({ path: inside, of, parameters }) => [inside, of, formatCount(parameters)]),
    )}`,
    faults,
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** A config that names tensors, or that cannot be read at all: then the checkpoint's reader says what is wrong. */
async function isCheckpoint(file: string): Promise<boolean> {
  try {
    const config = JSON.parse(await readFile(file, "utf8")) as unknown
    return typeof config === "object" && config !== null && "tensors" in config
  } catch {
    return true
  }
}
