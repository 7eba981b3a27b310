import type { VerbOption } from "../app/verb.ts"

/** What is typed of a run: the values of `runOptions`. */
export interface RunOptionValues {
  readonly out: string
  readonly name: string
  readonly eager?: boolean
  readonly resume?: boolean
}

/** The flags by which every training verb is told where its run lies and how it goes; `name` is the run's where none is given. */
export const runOptions = (name: string): VerbOption[] => [
  { flags: "--out <dir>", description: "folder of the runs", default: "runs" },
  { flags: "--name <name>", description: "name of the run", default: name },
  { flags: "--eager", description: "run training steps operation by operation" },
  { flags: "--resume", description: "go on with an interrupted run" },
]
