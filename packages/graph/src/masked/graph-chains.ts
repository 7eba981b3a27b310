import { absorbingChain, discretePosterior, marginalChain, type DiscreteChain } from "@scalewise/core"
import { ConfigError } from "@scalewise/nn"
import { kindsOf } from "../process/graph-categories.ts"
import type { MaskedConfig } from "./masked-config.ts"

/** The noising of nodes and of pairs, one chain each, of the same number of levels. */
export interface GraphChains {
  readonly levels: number
  /** Absent where nodes have no attribute. */
  readonly nodes: DiscreteChain | undefined
  readonly pairs: DiscreteChain
}

/**
 * The chains of a config in so many levels. A hidden node or pair has the last state, one beyond its categories.
 *
 * @throws ConfigError for less than one level
 */
export function graphChains({ noising, schedule, vocabulary, shares }: Omit<MaskedConfig, "width">, levels: number): GraphChains {
  if (!Number.isInteger(levels) || levels < 1) throw new ConfigError(`masked process: expected at least one step, got ${levels}`)
  const kinds = kindsOf(vocabulary)
  const shown = (t: number): number => 1 - hiddenShare(t / levels, schedule)
  const beta = (t: number): number => (t === levels ? 1 : 1 - shown(t) / shown(t - 1))
  const chain = (states: number, law: readonly number[]): DiscreteChain =>
    noising === "absorbing" ? absorbingChain({ states, levels, beta }) : marginalChain({ law, levels })
  return { levels, nodes: kinds.nodes > 0 ? chain(kinds.nodes, shares.nodes) : undefined, pairs: chain(kinds.pairs, shares.pairs) }
}

/** Share that is hidden at a point between the data (0) and nothing shown (1). */
const hiddenShare = (at: number, schedule: MaskedConfig["schedule"]): number => (schedule === "linear" ? at : Math.sin((Math.PI / 2) * at))

/** q(x_{t-1} | x_t, x_0) of one level as [x_t][x_0][x_{t-1}], flat: [states, data states, states]. */
export function posteriorTable(chain: DiscreteChain, level: number): Float64Array {
  const { states, dataStates } = chain
  const table = new Float64Array(states * dataStates * states)
  for (let xt = 0; xt < states; xt++)
    for (let x0 = 0; x0 < dataStates; x0++) table.set(discretePosterior(chain, level, xt, x0), (xt * dataStates + x0) * states)
  return table
}

/** Log of the smallest probability that is told apart from zero. */
const least = 1e-30

/**
 * log p(x_{t-1} | x_t) of one site into `out` from `to`: the mixture of posteriors over what a network believes of x_0, given as logits
 * from `at`.
 */
export function reverseLogits(
  { states, dataStates }: DiscreteChain,
  table: Float64Array,
  xt: number,
  { logits, at }: { readonly logits: Float32Array; readonly at: number },
  { out, to }: { readonly out: Float32Array | Float64Array; readonly to: number },
): void {
  let largest = -Infinity
  for (let x0 = 0; x0 < dataStates; x0++) largest = Math.max(largest, logits[at + x0]!)
  let total = 0
  const mixed = new Float64Array(states)
  for (let x0 = 0; x0 < dataStates; x0++) {
    const p = Math.exp(logits[at + x0]! - largest)
    for (let j = 0; j < states; j++) {
      const mass = p * table[(xt * dataStates + x0) * states + j]!
      mixed[j]! += mass
      total += mass
    }
  }
  for (let j = 0; j < states; j++) out[to + j] = Math.log(Math.max(mixed[j]! / Math.max(total, least), least))
}
