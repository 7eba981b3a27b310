/** A graph as a file tells it, before anything is checked but the form. */
export interface GraphRecord {
  readonly id?: string | undefined
  readonly split?: string | undefined
  readonly nodes: number
  /** u0, v0, u1, v1, ... */
  readonly pairs: readonly number[]
  /** One for each node, or none at all; undefined for a node without. */
  readonly nodeLabels?: readonly (string | undefined)[]
  /** One for each pair, or none at all. */
  readonly edgeLabels?: readonly (string | undefined)[]
  /** Whether the direction of its edges has a meaning. */
  readonly directed?: boolean
}

/** One graph of a file that is yet to be read: `read` throws a DataError that says what is wrong with it. */
export interface RecordSource {
  /** Where it is: "line 3". */
  readonly place: string
  read(): GraphRecord
}
