import { emptyUsage, recordUsage, reviveDeadCodes, type VectorQuantiser, type VectorQuantiserParameters } from "@scalewise/core"
import { forwardedStep, tf, type FlatParameters, type Parameters, type RandomStream, type TrainStep } from "@scalewise/nn"

/** Options of `codeUpkeep`. */
export interface CodeUpkeepOptions {
  readonly quantiser: VectorQuantiser
  /** K, scales with a codebook. */
  readonly scales: number
  /** Look for dead codes after so many steps; 0 is never. */
  readonly reviveEvery: number
  /** Not after so many steps, so that the last ones settle. */
  readonly reviveUntil: number
  /** Where dead codes move to. */
  readonly random: RandomStream
}

/** What remains of earlier hits after each step. */
const usageDecay = 0.98
const [codebook, average] = ["parameters.nodeCodes.codebook.", "ema.nodeCodes.codebook."]

/**
 * A training step of an autoencoder that also counts which codes are used and moves dead ones to vectors of the batch; both parameters and
 * their average get the new ones. It reads `tokens.k` and `residual.k` of the loss; its counts are part of `state`.
 */
export function codeUpkeep(
  step: TrainStep<Parameters>,
  { quantiser, scales, reviveEvery, reviveUntil, random }: CodeUpkeepOptions,
): TrainStep<Parameters> {
  let usage = emptyUsage(scales, quantiser.vocabulary)
  const replaceUsage = (next: typeof usage): void => {
    usage.hits.dispose()
    usage = next
  }
  const revive = (reported: Record<string, tf.Tensor>): void => {
    const state = step.state()
    const rows = rowsIn(state, codebook)
    const vectors = Array.from({ length: scales }, (_, k) => ({
      residual: reported[`residual.${k + 1}`]!,
      tokens: reported[`tokens.${k + 1}`]!,
    }))
    const found = reviveDeadCodes(quantiser, { parameters: rows, usage }, vectors, random.fold(step.step))
    const changed: FlatParameters = {}
    for (const [name, fresh] of Object.entries(found.parameters.codebook)) {
      const old = rows.codebook[name]!
      changed[codebook + name] = fresh
      changed[average + name] = tf.tidy(() => tf.where(fresh.notEqual(old), fresh, state[average + name]!))
    }
    step.restore({ ...state, ...changed })
    replaceUsage(found.usage)
    tf.dispose([state, changed, found.revived])
  }
  return forwardedStep(() => step, {
    run(inputs) {
      const reported = step.run(inputs)
      const tokens = Array.from({ length: scales }, (_, k) => reported[`tokens.${k + 1}`]!)
      replaceUsage(recordUsage(usage, tokens, { decay: usageDecay }))
      if (reviveEvery > 0 && step.step % reviveEvery === 0 && step.step <= reviveUntil) revive(reported)
      return reported
    },
    state: () => ({ ...step.state(), "upkeep.hits": usage.hits.clone() }),
    restore({ "upkeep.hits": hits, ...state }) {
      step.restore(state)
      replaceUsage({ hits: hits!.clone() })
    },
    dispose() {
      usage.hits.dispose()
      step.dispose()
    },
  })
}

const rowsIn = (state: FlatParameters, prefix: string): VectorQuantiserParameters => ({
  codebook: Object.fromEntries(
    Object.entries(state).flatMap(([name, rows]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), rows]] : [])),
  ),
})
