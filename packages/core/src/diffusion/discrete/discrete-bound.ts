import { tf, type RandomStream } from "@scalewise/nn"
import type { DiscreteModel } from "./d3pm.ts"
import { discretePosterior, discreteReverse } from "./discrete-posterior.ts"
import { stateAt } from "./state-at.ts"

/** Options of `discreteBound`. */
export interface DiscreteBoundOptions<Condition> {
  condition: Condition
  /** One branch per sample. */
  random: RandomStream
}

/** An upper bound of -log p(x), nats summed over the sites, per sample, with its parts. */
export interface DiscreteBound {
  /** Sum of all parts. */
  natsBound: Float64Array
  /** KL(q(x_T | x_0) || prior); infinite where the prior misses a state that x_T may have. */
  prior: Float64Array
  /** `terms[t - 1]` is the part of level t; level 1 is -log p(x_0 | x_1). */
  terms: Float64Array[]
}

/**
 * The variational bound of tokens [B, L], all T terms (Austin et al. 2021, Eq. 1). Each term is exact given x_t, which is drawn
 * once per term; everything after the network's logits is float64. T network evaluations.
 */
export async function discreteBound<Condition>(
  { chain, network }: DiscreteModel<Condition>,
  x0BL: tf.Tensor,
  { condition, random }: DiscreteBoundOptions<Condition>,
): Promise<DiscreteBound> {
  const [B, L] = x0BL.shape as [number, number]
  const { states: V, dataStates: D, levels } = chain
  const x0 = await x0BL.data()
  const sumOverSites = (term: (site: number) => number): Float64Array =>
    Float64Array.from({ length: B }, (_, b) => {
      let sum = 0
      for (let site = b * L; site < (b + 1) * L; site++) sum += term(site)
      return sum
    })

  const rowOf = (level: number, site: number): Float64Array => chain.products[level]!.subarray(x0[site]! * V, (x0[site]! + 1) * V)
  const prior = sumOverSites((site) => kl(rowOf(levels, site), chain.prior))
  const terms: Float64Array[] = []
  for (let level = 1; level <= levels; level++) {
    const uniforms = random.fold("bound").fold(level).uniformValues([B, L])
    const xt = Int32Array.from(x0, (_, site) => stateAt(rowOf(level, site), uniforms[site]!))
    const logits = tf.tidy(() => network(tf.tensor2d(xt, [B, L], "int32"), tf.fill([B], level), condition))
    const values = await logits.data()
    logits.dispose()
    terms.push(
      sumOverSites((site) => {
        const p0 = softmax(values.subarray(site * D, (site + 1) * D))
        return kl(discretePosterior(chain, level, xt[site]!, x0[site]!), discreteReverse(chain, level, xt[site]!, p0))
      }),
    )
  }
  return { natsBound: prior.map((value, b) => terms.reduce((sum, term) => sum + term[b]!, value)), prior, terms }
}

/** KL(q || p) in nats. */
function kl(q: Float64Array, p: Float64Array): number {
  let sum = 0
  for (let i = 0; i < q.length; i++) if (q[i]! > 0) sum += q[i]! * Math.log(q[i]! / p[i]!)
  return sum
}

function softmax(logits: ArrayLike<number>): Float64Array {
  let highest = -Infinity
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i]!)
  const powers = Float64Array.from(logits, (value) => Math.exp(value - highest))
  const total = powers.reduce((sum, value) => sum + value, 0)
  return powers.map((value) => value / total)
}
