import type { RandomStream } from "@scalewise/nn"
import { transposedPattern } from "../contraction/child-pairs.ts"
import { patternClasses } from "../contraction/pattern-head.ts"
import { deviating, noDeviation, relative, type Deviation } from "./deviation.ts"
import { networkOutputs, type InvarianceSubject, type NetworkName, type NetworkOutputs } from "./network-outputs.ts"
import { networkProblem, renamedProblem } from "./network-problem.ts"
import { movedRows, renaming, type Renaming } from "./renaming.ts"

/** Largest relative deviation of each map, in units of its largest output. `attributes` is absent where there are none. */
export type MapDeviations = Readonly<Partial<Record<NetworkName, number>>>

/** Options of `mapEquivariance` and `paddingInvariance`. */
export interface MapCheckOptions {
  readonly random: RandomStream
  /** Random graphs, each with a random renaming. @defaultValue 100 */
  readonly trials?: number
  /** Nodes of the largest; sizes go round from 1. @defaultValue 20 */
  readonly nodes?: number
}

/**
 * f(Px) against P f(x) for each network (split, pattern, attributes): random connected graphs of 1 to 20 nodes with random codes, some of them
 * hidden, under random renamings, with and without padding in the batch. Where the ends of an edge exchange places, its 15 logits are
 * expected with bit 2 i + j at 2 j + i.
 */
export function mapEquivariance(subject: InvarianceSubject, { random, trials = 100, nodes = 20 }: MapCheckOptions): MapDeviations {
  const { config } = subject
  const problems = Array.from({ length: trials }, (_, t) => networkProblem(config, (t % nodes) + 1, random.fold(t)))
  const moves = problems.map(({ graph }, t) => renaming(graph, random.fold(t).fold("renaming").permutation(graph.nodes)))
  const moved = problems.map((problem, t) => renamedProblem(problem, moves[t]!, config))
  let found = noDeviations
  for (const padding of [0, 8]) {
    const expected = networkOutputs(subject, problems, padding).map((outputs, t) => renamedOutputs(outputs, moves[t]!, subject))
    found = compared(found, expected, networkOutputs(subject, moved, padding))
  }
  return summary(found, subject)
}

/**
 * f(x) in a batch without padding against f(x) with 1, 8 and 50 more nodes, pairs and triangles in it, and against f(x) with other graphs
 * beside it.
 */
export function paddingInvariance(subject: InvarianceSubject, { random, trials = 20, nodes = 20 }: MapCheckOptions): MapDeviations {
  const problems = Array.from({ length: trials }, (_, t) => networkProblem(subject.config, (t % (nodes - 1)) + 2, random.fold(t)))
  const alone = problems.map((problem) => networkOutputs(subject, [problem])[0]!)
  let found = compared(noDeviations, alone, networkOutputs(subject, problems))
  for (const padding of [1, 8, 50]) {
    found = compared(found, alone, networkOutputs(subject, problems, padding))
    found = compared(
      found,
      alone,
      problems.map((problem) => networkOutputs(subject, [problem], padding)[0]!),
    )
  }
  return summary(found, subject)
}

type Found = Readonly<Record<NetworkName, Deviation>>
const noDeviations: Found = { split: noDeviation, pattern: noDeviation, attributes: noDeviation }

function compared(found: Found, expected: readonly NetworkOutputs[], given: readonly NetworkOutputs[]): Found {
  let { split, pattern, attributes } = found
  for (const [t, own] of expected.entries()) {
    const other = given[t]!
    split = deviating(split, own.split, other.split)
    pattern = deviating(pattern, own.pattern, other.pattern)
    attributes = deviating(deviating(attributes, own.nodes, other.nodes), own.edges, other.edges)
  }
  return { split, pattern, attributes }
}

const summary = ({ split, pattern, attributes }: Found, { config: { vocabulary } }: InvarianceSubject): MapDeviations => ({
  split: relative(split),
  pattern: relative(pattern),
  ...(vocabulary.nodes.length + vocabulary.edges.length > 0 && { attributes: relative(attributes) }),
})

/** P f(x). */
function renamedOutputs(outputs: NetworkOutputs, moved: Renaming, { config: { vocabulary } }: InvarianceSubject): NetworkOutputs {
  const turned = outputs.pattern.map((_, at) => {
    const [edge, c] = [Math.floor(at / patternClasses), at % patternClasses]
    return outputs.pattern[edge * patternClasses + (moved.turned[edge] ? transposedPattern(c + 1) - 1 : c)]!
  })
  const rows = (values: Float32Array, to: Int32Array, kinds: number): Float32Array =>
    values.length === 0 ? values : movedRows(values, to, Math.max(1, kinds))
  return {
    split: movedRows(outputs.split, moved.nodes),
    pattern: movedRows(turned, moved.edges, patternClasses),
    nodes: rows(outputs.nodes, moved.nodes, vocabulary.nodes.length),
    edges: rows(outputs.edges, moved.edges, vocabulary.edges.length),
  }
}
