import { tf } from "@scalewise/nn"
import type { DiscreteChain } from "./discrete-chain.ts"
import { unreachable } from "./discrete-posterior.ts"

// N levels chosen, D states of data, V states in all

/** What tensor code needs of a chain at N chosen levels, float32. A slot counts 0 .. N - 1 among them. The caller owns the tensors. */
export interface TransitionTensors {
  readonly states: number
  readonly dataStates: number
  /** Q_t[j, i] as row (slot, i): [N * V, V]. */
  readonly into: tf.Tensor2D
  /** 1 / Qbar_t[x0, i] as row (slot, i), 0 where x0 cannot become i: [N * V, D]. */
  readonly weights: tf.Tensor2D
  /** Qbar_{t-1}[x0, j] as row slot: [N, D * V]. */
  readonly before: tf.Tensor2D
  /** log Qbar_t[x0, j] as row (slot, x0), at least -69: [N * D, V]. */
  readonly logReached: tf.Tensor2D
}

/** The tensors of `levels` (all T of them where absent), slot s being `levels[s]`. */
export function transitionTensors(chain: DiscreteChain, levels?: readonly number[]): TransitionTensors {
  const { states: V, dataStates: D } = chain
  const chosen = levels ?? Array.from({ length: chain.levels }, (_, i) => i + 1)
  const N = chosen.length
  const into = new Float32Array(N * V * V)
  const weights = new Float32Array(N * V * D)
  const before = new Float32Array(N * D * V)
  const logReached = new Float32Array(N * D * V)
  for (const [slot, level] of chosen.entries()) {
    const [step, product] = [chain.steps[level]!, chain.products[level]!]
    before.set(chain.products[level - 1]!.subarray(0, D * V), slot * D * V)
    for (let i = 0; i < V; i++) {
      for (let j = 0; j < V; j++) into[(slot * V + i) * V + j] = step[j * V + i]!
      for (let x0 = 0; x0 < D; x0++) {
        const reached = product[x0 * V + i]!
        weights[(slot * V + i) * D + x0] = reached < unreachable ? 0 : 1 / reached
        logReached[(slot * D + x0) * V + i] = Math.log(Math.max(reached, 1e-30))
      }
    }
  }
  return {
    states: V,
    dataStates: D,
    into: tf.tensor2d(into, [N * V, V]),
    weights: tf.tensor2d(weights, [N * V, D]),
    before: tf.tensor2d(before, [N, D * V]),
    logReached: tf.tensor2d(logReached, [N * D, V]),
  }
}
