import { mkdir, readFile, rm } from "node:fs/promises"
import path from "node:path"
import { DataError, writeAtomically } from "@scalewise/nn"
import type { CurvePoint } from "./learning-curve.ts"

/** What a training has measured so far, beside its checkpoints; plain JSON. */
export interface Journal<Note> {
  curve: CurvePoint[]
  /** Mean training loss of each epoch, in the loss's own unit. */
  trainLoss: number[]
  /** Seconds of each epoch that ran without a break, evaluations left out. */
  seconds: { epoch: number; seconds: number }[]
  /** What was noted after epochs. */
  notes: { epoch: number; note: Note }[]
}

/** Nothing measured yet. */
export const emptyJournal = <Note>(): Journal<Note> => ({ curve: [], trainLoss: [], seconds: [], notes: [] })

/** Only what belongs to the first `epochs` epochs (a fraction counts): the rest will be measured again. */
export const journalUpTo = <Note>({ curve, trainLoss, seconds, notes }: Journal<Note>, epochs: number): Journal<Note> => ({
  curve: curve.filter((point) => point.epoch <= epochs),
  trainLoss: trainLoss.slice(0, Math.floor(epochs)),
  seconds: seconds.filter(({ epoch }) => epoch <= epochs),
  notes: notes.filter(({ epoch }) => epoch <= epochs),
})

/** Writes it whole or not at all; the folder is made where it is absent. */
export async function writeJournal(file: string, journal: Journal<unknown>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeAtomically(file, (sink) => sink(new TextEncoder().encode(JSON.stringify(journal))))
}

/**
 * The journal of an interrupted training, or an empty one.
 *
 * @throws DataError for a file that is none of ours
 */
export async function readJournal<Note>(file: string): Promise<Journal<Note>> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Journal<Note>
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return emptyJournal()
    throw new DataError(
      `${file}: expected the journal of an interrupted training, got "${(cause as Error).message}"; delete its folder to train that model again`,
      { cause },
    )
  }
}

/** Forgets a training that is complete. */
export const removeTraining = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
