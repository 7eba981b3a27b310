import { access, mkdir } from "node:fs/promises"
import path from "node:path"
import { writeAtomically } from "@scalewise/nn"

/** Where an evaluation goes. */
export interface EvaluationFolder {
  readonly path: string
  /** Writes a file whole or not at all. */
  write(name: string, content: string | Uint8Array): Promise<void>
}

/**
 * The folder that was asked for; else `evaluation-N` in the run that a checkpoint lies in; else `runs/image/evaluate-N`. N is the first number
 * that is free. It is made when the first file is written.
 */
export async function evaluationFolder(out: string | undefined, checkpoint: string | undefined): Promise<EvaluationFolder> {
  const folder = out ?? (await freeFolder(await stemOf(checkpoint)))
  return {
    path: folder,
    async write(name, content) {
      await mkdir(folder, { recursive: true })
      await writeAtomically(path.join(folder, name), (sink) => sink(typeof content === "string" ? Buffer.from(content) : content))
    },
  }
}

async function stemOf(checkpoint: string | undefined): Promise<string> {
  if (checkpoint !== undefined) {
    const above = path.dirname(path.resolve(checkpoint))
    const run = path.dirname(above)
    if (path.basename(above) === "checkpoints" && (await exists(path.join(run, "environment.json"))))
      return path.join(path.relative("", run), "evaluation")
  }
  return path.join("runs", "image", "evaluate")
}

async function freeFolder(stem: string): Promise<string> {
  let n = 1
  while (await exists(`${stem}-${n}`)) n++
  return `${stem}-${n}`
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
