import { ConfigError } from "@scalewise/nn"
import { cosineNoise } from "../gaussian/noise-schedule.ts"
import {
  absorbingTransition,
  gaussianTransition,
  identityTransition,
  marginalTransition,
  multiplied,
  uniformTransition,
  type TransitionMatrix,
} from "./transition-matrix.ts"

/**
 * A discrete noising chain (D3PM, Austin et al. 2021) in float64. It holds 2 T matrices of V x V and costs
 * T V^3 multiplications to make: for large codebooks take few levels.
 */
export interface DiscreteChain {
  /** T. */
  readonly levels: number
  /** V, with the mask where there is one. */
  readonly states: number
  /** States 0 .. dataStates - 1 occur in data: V, or V - 1 where the last state is the mask. Networks give logits over these. */
  readonly dataStates: number
  /** Q_t by level; `steps[0]` is the identity. */
  readonly steps: readonly TransitionMatrix[]
  /** Qbar_t = Q_1 .. Q_t by level; `products[0]` is the identity. */
  readonly products: readonly TransitionMatrix[]
  /** The law of x_T that sampling starts from, [V]. */
  readonly prior: Float64Array
}

/** Options of the named chains. */
export interface DiscreteChainOptions {
  /** V, without the mask that `absorbingChain` adds. */
  states: number
  /** T. */
  levels: number
  /** beta_t for t = 1 .. T. @defaultValue the named chain's own */
  beta?: (level: number) => number
}

/** Random replacement; beta_t of the cosine schedule where absent, so that the last level is all but uniform. */
export function uniformChain({ states, levels, beta = cosineBeta(levels) }: DiscreteChainOptions): DiscreteChain {
  const steps = byLevel(levels, (t) => uniformTransition(states, beta(t)))
  return discreteChain(steps, new Float64Array(states).fill(1 / states))
}

/** Options of `marginalChain`. */
export interface MarginalChainOptions extends Omit<DiscreteChainOptions, "states"> {
  /** How often each state occurs in the data, [V]; sums to 1. */
  law: ArrayLike<number>
}

/**
 * Random replacement by states of the data's own law, which is also the prior (DiGress, Vignac et al. 2023); beta_t of the cosine
 * schedule where absent.
 */
export function marginalChain({ law, levels, beta = cosineBeta(levels) }: MarginalChainOptions): DiscreteChain {
  const steps = byLevel(levels, (t) => marginalTransition(law, beta(t)))
  return discreteChain(steps, Float64Array.from(law))
}

/**
 * Masking: state V (added) is the mask. With beta_t = 1 / (T - t + 1), the default, an even share of the sites is masked at
 * each level; with few levels the reverse chain is parallel decoding in the manner of MaskGIT.
 */
export function absorbingChain({ states, levels, beta = (t) => 1 / (levels - t + 1) }: DiscreteChainOptions): DiscreteChain {
  const steps = byLevel(levels, (t) => absorbingTransition(states + 1, beta(t)))
  return discreteChain(steps, new Float64Array(states + 1).fill(1, states), states)
}

/**
 * Drift among neighbouring values. No schedule of beta suits every V: the paper takes a line from 1e-4 to 0.02 for
 * 256 values and 1000 levels; fewer values need larger betas, since a move to a neighbour has weight exp(-4 / ((V - 1)^2 beta)).
 * The prior part of `discreteBound` tells how far from uniform the last level is.
 */
export function discretisedGaussianChain({ states, levels, beta }: Required<DiscreteChainOptions>): DiscreteChain {
  const steps = byLevel(levels, (t) => gaussianTransition(states, beta(t)))
  return discreteChain(steps, new Float64Array(states).fill(1 / states))
}

/**
 * The chain of the given Q_1 .. Q_T.
 *
 * @param prior - the law to start from; the closer the last product's rows are to it, the better
 * @param dataStates - how many states, from the first, occur in data. All where absent
 * @throws ConfigError where a matrix has another size, or a row that does not sum to 1
 */
export function discreteChain(steps: readonly TransitionMatrix[], prior: Float64Array, dataStates = prior.length): DiscreteChain {
  const states = prior.length
  if (steps.length === 0) throw new ConfigError("discreteChain: expected at least one level")
  for (const [index, step] of steps.entries()) checkStochastic(step, states, index + 1)
  const identity = identityTransition(states)
  const products = [identity]
  for (const step of steps) products.push(multiplied(products.at(-1)!, step, states))
  return { levels: steps.length, states, dataStates, steps: [identity, ...steps], products, prior }
}

function checkStochastic(step: TransitionMatrix, states: number, level: number): void {
  if (step.length !== states ** 2)
    throw new ConfigError(`discreteChain: expected ${states} x ${states} entries at level ${level}, got ${step.length}`)
  for (let i = 0; i < states; i++) {
    const row = step.subarray(i * states, (i + 1) * states)
    const sum = row.reduce((total, value) => total + value, 0)
    if (Math.abs(sum - 1) > 1e-9 || row.some((value) => value < 0))
      throw new ConfigError(`discreteChain: expected probabilities in row ${i} of level ${level}, got a sum of ${sum}`)
  }
}

const byLevel = (levels: number, make: (t: number) => TransitionMatrix): TransitionMatrix[] =>
  Array.from({ length: levels }, (_, i) => make(i + 1))

const cosineBeta = (levels: number): ((t: number) => number) => {
  const { betas } = cosineNoise({ levels })
  return (t) => betas[t]!
}
