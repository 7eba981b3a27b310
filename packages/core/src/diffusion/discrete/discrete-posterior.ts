import type { DiscreteChain } from "./discrete-chain.ts"

// D states of data, V states in all

/** Below this, a state is taken to be out of reach: float32 could not divide by it. */
export const unreachable = 1e-20

/**
 * q(x_{t-1} = j | x_t, x_0) = Q_t[j, x_t] Qbar_{t-1}[x_0, j] / Qbar_t[x_0, x_t] (Austin et al. 2021, Eq. 3), in float64.
 *
 * @returns probabilities [V]; all zero where `x0` cannot have become `xt`
 */
export function discretePosterior(chain: DiscreteChain, level: number, xt: number, x0: number): Float64Array {
  const p0 = new Float64Array(chain.dataStates)
  p0[x0] = 1
  return discreteReverse(chain, level, xt, p0)
}

/**
 * p(x_{t-1} | x_t) = sum over x_0 of q(x_{t-1} | x_t, x_0) p(x_0 | x_t) for one site, in float64. An x_0 that cannot have
 * become x_t is left out and the rest scaled up, so that a site once unmasked stays as it is. At level 1 it is p(x_0 | x_t).
 *
 * This is the mixture of posteriors, which is right where p(x_0 | x_t) is. D3PM (Austin et al. 2021, Eq. 4) weighs each x_0 with
 * q(x_t | x_0) once more; the two agree for an oracle and for masking.
 *
 * @param p0 - what a network believes of x_0 [D]; need not be normalised
 * @returns probabilities [V]; all zero where no x_0 is possible
 */
export function discreteReverse(chain: DiscreteChain, level: number, xt: number, p0: ArrayLike<number>): Float64Array {
  const { states, dataStates } = chain
  const [step, before, now] = [chain.steps[level]!, chain.products[level - 1]!, chain.products[level]!]
  const reverse = new Float64Array(states)
  let total = 0
  for (let x0 = 0; x0 < dataStates; x0++) {
    const reached = now[x0 * states + xt]!
    if (reached < unreachable || p0[x0] === 0) continue
    for (let j = 0; j < states; j++) {
      const mass = (p0[x0]! * step[j * states + xt]! * before[x0 * states + j]!) / reached
      reverse[j]! += mass
      total += mass
    }
  }
  return total === 0 ? reverse : reverse.map((mass) => mass / total)
}
