/** What was found at a path. */
export interface Inspection {
  /** "checkpoint", "run", "tensors", or what a domain adds. */
  readonly kind: string
  /** Everything, as JSON. */
  readonly data: Readonly<Record<string, unknown>>
  /** The same for people. */
  readonly text: string
  /** What is broken, one sentence each; empty where all is well. */
  readonly faults: readonly string[]
}

/** Options of the inspections. */
export interface InspectOptions {
  /** Read the numbers of the tensors, not only names and shapes. @defaultValue true */
  readonly values?: boolean
  /** Stops between two tensors. @defaultValue none */
  readonly signal?: AbortSignal | undefined
}
