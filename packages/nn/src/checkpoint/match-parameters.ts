import { CheckpointError } from "../errors.ts"

/** What is compared of a tensor. */
export interface Shaped {
  readonly shape: readonly number[]
}

/**
 * Compares the tensors of a model with those of a file.
 *
 * @param expected - by flat name: tensors or anything with a shape
 * @param found - likewise
 * @throws CheckpointError that lists what is missing, what is too many and what has another shape, with the shapes
 */
export function matchParameters(
  expected: Readonly<Record<string, Shaped>>,
  found: Readonly<Record<string, Shaped>>,
  where = "checkpoint",
): void {
  const missing = Object.keys(expected).filter((name) => !Object.hasOwn(found, name))
  const extra = Object.keys(found).filter((name) => !Object.hasOwn(expected, name))
  const misshapen = Object.keys(expected).filter(
    (name) => Object.hasOwn(found, name) && describe(expected[name]!) !== describe(found[name]!),
  )
  const problems = [
    problem("missing", missing, (name) => `"${name}" ${describe(expected[name]!)}`),
    problem("unknown", extra, (name) => `"${name}" ${describe(found[name]!)}`),
    problem("of another shape", misshapen, (name) => `"${name}" (expected ${describe(expected[name]!)}, found ${describe(found[name]!)})`),
  ].filter((text) => text !== undefined)
  if (problems.length > 0)
    throw new CheckpointError(
      `${where}: the tensors are not those of this model: ${problems.join("; ")}; check that configuration and file belong together`,
    )
}

const describe = ({ shape }: Shaped): string => `[${shape.join(", ")}]`

function problem(kind: string, names: readonly string[], say: (name: string) => string): string | undefined {
  if (names.length === 0) return undefined
  const shown = names.slice(0, 5).map(say).join(", ")
  return `${names.length} ${kind}: ${shown}${names.length > 5 ? ", ..." : ""}`
}
