import { ConfigError } from "@scalewise/nn"

/** A Markov kernel over V states, float64, row-major: entry [i * V + j] is the probability of i turning into j. */
export type TransitionMatrix = Float64Array

/** Stays with probability 1 - beta, else moves to any state with equal odds (Austin et al. 2021, Eq. 5). */
export function uniformTransition(states: number, beta: number): TransitionMatrix {
  checkBeta("uniformTransition", beta)
  return fill(states, (i, j) => (i === j ? 1 - beta : 0) + beta / states)
}

/**
 * Stays with probability 1 - beta, else is drawn anew from `law` [V]; with the law of the data this is the noise of DiGress (Vignac et al.
 * 2023). `uniformTransition` is the case of even odds.
 */
export function marginalTransition(law: ArrayLike<number>, beta: number): TransitionMatrix {
  checkBeta("marginalTransition", beta)
  return fill(law.length, (i, j) => (i === j ? 1 - beta : 0) + beta * law[j]!)
}

/** Stays with probability 1 - beta, else falls into the last state, the mask, for good (Austin et al. 2021, appendix A.2.2). */
export function absorbingTransition(states: number, beta: number): TransitionMatrix {
  checkBeta("absorbingTransition", beta)
  return fill(states, (i, j) => (i === j ? 1 - beta : 0) + (j === states - 1 ? beta : 0))
}

/**
 * Moves to neighbours with the weights of a Gaussian in the distance of the two states, and stays with what is left
 * (Austin et al. 2021, appendix A.2.3). Symmetric, so that it tends to the uniform law. For ordered states such as grey values.
 */
export function gaussianTransition(states: number, beta: number): TransitionMatrix {
  checkBeta("gaussianTransition", beta)
  if (states === 1) return Float64Array.of(1)
  const weight = (distance: number): number => Math.exp((-4 * distance ** 2) / ((states - 1) ** 2 * beta))
  let total = 1
  for (let distance = 1; distance < states; distance++) total += 2 * weight(distance)
  const matrix = fill(states, (i, j) => (i === j ? 0 : weight(i - j) / total))
  for (let i = 0; i < states; i++) {
    let leaving = 0
    for (let j = 0; j < states; j++) leaving += matrix[i * states + j]!
    matrix[i * states + i] = 1 - leaving
  }
  return matrix
}

/** a b, both [V, V]. */
export function multiplied(a: TransitionMatrix, b: TransitionMatrix, states: number): TransitionMatrix {
  const product = new Float64Array(states * states)
  for (let i = 0; i < states; i++)
    for (let k = 0; k < states; k++) {
      const factor = a[i * states + k]!
      if (factor === 0) continue
      for (let j = 0; j < states; j++) product[i * states + j]! += factor * b[k * states + j]!
    }
  return product
}

/** The matrix that changes nothing. */
export const identityTransition = (states: number): TransitionMatrix => fill(states, (i, j) => (i === j ? 1 : 0))

function fill(states: number, entry: (from: number, to: number) => number): TransitionMatrix {
  if (!Number.isInteger(states) || states < 1) throw new ConfigError(`transition matrix: expected at least one state, got ${states}`)
  return Float64Array.from({ length: states * states }, (_, index) => entry(Math.floor(index / states), index % states))
}

function checkBeta(where: string, beta: number): void {
  if (!(beta > 0 && beta <= 1)) throw new ConfigError(`${where}: expected a beta in (0, 1], got ${beta}`)
}
