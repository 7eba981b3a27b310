import { readdir } from "node:fs/promises"
import path from "node:path"
import { loadNn } from "../load-nn.ts"
import { countElements, summariseTensors } from "./tensor-summary.ts"

/** A checkpoint inside a folder, in short. */
export interface ListedCheckpoint {
  /** Path from the folder. */
  readonly path: string
  /** What it is a checkpoint of. */
  readonly of: string
  readonly parameters: number
}

/** The checkpoints in a folder and its sub-folders down to `depth`, and a sentence for each that is damaged. */
export async function listCheckpoints(folder: string, depth = 3): Promise<{ checkpoints: ListedCheckpoint[]; faults: string[] }> {
  const { openSafetensors, readCheckpointConfig } = await loadNn()
  const checkpoints: ListedCheckpoint[] = []
  const faults: string[] = []
  const visit = async (inside: string, left: number): Promise<void> => {
    const entries = await readdir(path.join(folder, inside), { withFileTypes: true })
    if (inside !== "" && entries.some((entry) => entry.isFile() && entry.name === "config.json")) {
      const at = path.join(folder, inside)
      try {
        const { kind, tensors } = await readCheckpointConfig(at)
        const file = await openSafetensors(`${at}/${tensors}`)
        const parameters = countElements(await summariseTensors(file, { values: false }))
        await file.close()
        checkpoints.push({ path: inside, of: kind, parameters })
      } catch (error) {
        faults.push((error as Error).message)
      }
    } else if (left > 0) {
      const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
      for (const name of folders.sort()) await visit(path.posix.join(inside, name), left - 1)
    }
  }
  await visit("", depth)
  return { checkpoints, faults }
}
