import { loadCheckpoint, saveCheckpoint } from "../checkpoint/checkpoint.ts"
import { fileError, nodeFileSystem, type FileSystem } from "../checkpoint/file-system.ts"
import { CheckpointError } from "../errors.ts"
import type { FlatParameters } from "../parameters.ts"

/** How far a run has come; with the tensors of the step, all that a resume needs. */
export interface RunProgress {
  /** Batches done. */
  readonly step: number
  /** Time of the run so far. */
  readonly seconds: number
  /** Sum of the losses of those batches of the present epoch that are done. */
  readonly epochLossSum: number
  /** What must be equal for the same batches to follow: size of the data set, of batches etc. */
  readonly schedule: Readonly<Record<string, unknown>>
}

/** The checkpoints of one run: folders `step-00001200` inside one folder. */
export interface RunCheckpoints {
  /** Saves one, then removes all but the last few. Returns its path. */
  save(progress: RunProgress, state: FlatParameters): Promise<string>
  /** The newest that is whole, passing over damaged ones; undefined where there is none at all. The caller disposes the tensors. */
  newest(): Promise<{ progress: RunProgress; state: FlatParameters; path: string } | undefined>
}

/** Options of `runCheckpoints`. */
export interface RunCheckpointsOptions {
  /** How many to keep. @defaultValue 3 */
  keepLast?: number
  /** Where the folder lies. @defaultValue the real file system */
  fileSystem?: FileSystem | undefined
}

const kind = "training-run"
const folderName = /^step-(\d{8,})$/

/**
 * The checkpoints in a folder, which need not exist yet.
 *
 * @throws CheckpointError from its methods, where the folder or a file cannot be read or written
 */
export function runCheckpoints(folder: string, { keepLast = 3, fileSystem }: RunCheckpointsOptions = {}): RunCheckpoints {
  const steps = async (): Promise<number[]> => {
    const files = fileSystem ?? (await nodeFileSystem())
    const names = await files.readdir(folder).catch((error: unknown) => {
      if ((error as { code?: string }).code === "ENOENT") return []
      throw fileError("read", folder, error)
    })
    return names
      .flatMap((name) => folderName.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a)
  }
  const pathOf = (step: number): string => `${folder}/step-${String(step).padStart(8, "0")}`

  return {
    async save(progress, state) {
      const files = fileSystem ?? (await nodeFileSystem())
      await saveCheckpoint(pathOf(progress.step), { kind, config: progress, tensors: state, fileSystem: files })
      // Folders of later steps could not be loaded (see `newest`): this run has come past them.
      const kept = (await steps()).filter((step) => step <= progress.step).slice(0, Math.max(keepLast, 1))
      for (const step of await steps())
        if (!kept.includes(step)) await files.rm(pathOf(step), { recursive: true, force: true }).catch(() => {})
      return pathOf(progress.step)
    },
    async newest() {
      let reason: CheckpointError | undefined
      for (const step of await steps()) {
        try {
          const { config, tensors } = await loadCheckpoint<RunProgress>(pathOf(step), { kind, fileSystem })
          return { progress: config, state: tensors, path: pathOf(step) }
        } catch (error) {
          if (!(error instanceof CheckpointError)) throw error
          reason ??= error
        }
      }
      if (reason)
        throw new CheckpointError(`${folder}: none of the checkpoints can be loaded; the newest says: ${reason.message}`, { cause: reason })
      return undefined
    },
  }
}
