import { tf } from "@scalewise/nn"
import type { ForwardProcess } from "../../process/forward-process.ts"
import type { DiscreteChain } from "./discrete-chain.ts"

/**
 * A discrete chain as a forward process: one walk x_0, x_1, .., x_T by Q_1, Q_2, .., told backwards. Refinement step k
 * undoes level T + 1 - k, so its target is x_{T-k}, int32 [B, L], and the last target is the data itself.
 *
 * Training needs no walk: `discreteLoss` reaches any level in one jump.
 */
export function discreteNoising(chain: DiscreteChain): ForwardProcess<tf.Tensor, tf.Tensor> {
  return {
    steps: chain.levels,
    targets(data, random) {
      const walk = [tf.clone(data)]
      for (let t = 1; t < chain.levels; t++) {
        const next = tf.tidy(() => {
          const logs = tf.tensor2d(
            Float32Array.from(chain.steps[t]!, (p) => Math.log(Math.max(p, 1e-30))),
            [chain.states, chain.states],
          )
          const rows = tf.gather(logs, walk[t - 1]!.flatten().toInt<tf.Tensor1D>()).reshape([...data.shape, chain.states])
          return tf.argMax(tf.add(rows, random.fold("chain").fold(t).gumbel(rows.shape)), -1)
        })
        walk.push(next)
      }
      return walk.toReversed()
    },
  }
}
