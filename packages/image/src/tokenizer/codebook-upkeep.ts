import {
  emptyUsage,
  recordUsage,
  reviveDeadCodes,
  startStatistics,
  updateCodebooks,
  type CodebooksStatistics,
  type CodebookUsage,
  type CodedVectors,
  type VectorQuantiser,
  type VectorQuantiserParameters,
} from "@scalewise/core"
import { forwardedStep, tensorsIn, tf, type FlatParameters, type Parameters, type RandomStream, type TrainStep } from "@scalewise/nn"

/** Options of `codebookUpkeep`. */
export interface CodebookUpkeepOptions {
  readonly quantiser: VectorQuantiser
  /** K, the number of scales. */
  readonly scales: number
  /** The codebook moves as an average of its vectors instead of by gradient. */
  readonly averages: boolean
  /** Look for dead codes after so many steps; 0 is never. */
  readonly reviveEvery: number
  /** A code is dead below this part of an even share at every scale. */
  readonly reviveBelow: number
  /** Where dead codes move to. */
  readonly random: RandomStream
}

const codebookPrefix = "parameters.quantiser.quantiser.codebook."
/** What remains of earlier hits after each step. */
const usageDecay = 0.99

/**
 * A training step that also looks after the codebooks of a tokenizer: counts what is used, revives dead codes and, where they learn as
 * averages, moves them. It reads `tokens.k` and `residual.k` of the loss (see `tokenizerLoss`); its counts are part of `state`, so that a
 * resumed run equals an uninterrupted one. Reports `revived` in the steps that looked for dead codes.
 */
export function codebookUpkeep<P extends Parameters>(
  step: TrainStep<P>,
  { quantiser, scales, averages, reviveEvery, reviveBelow, random }: CodebookUpkeepOptions,
): TrainStep<P> {
  let usage: CodebookUsage = emptyUsage(scales, quantiser.vocabulary)
  const initial = step.state()
  let statistics: CodebooksStatistics | undefined = averages ? startStatistics(codebooksIn(initial)) : undefined

  tf.dispose(initial)

  const replace = <T>(old: T, next: T): T => {
    for (const tensor of tensorsIn(old)) tensor.dispose()
    return next
  }

  /** Puts other codebooks into the step; everything else stays. */
  const exchange = (change: (parameters: VectorQuantiserParameters) => VectorQuantiserParameters): void => {
    const state = step.state()
    const changed = change(codebooksIn(state))
    const flat = Object.fromEntries(Object.entries(changed.codebook).map(([name, rows]) => [codebookPrefix + name, rows]))
    step.restore({ ...state, ...flat })
    tf.dispose([state, flat])
  }

  const update = (vectors: readonly CodedVectors[]): void => {
    usage = replace(
      usage,
      recordUsage(
        usage,
        vectors.map(({ tokens }) => tokens),
        { decay: usageDecay },
      ),
    )
    if (averages)
      exchange((parameters) => {
        const moved = updateCodebooks(quantiser, parameters, statistics!, vectors)
        statistics = replace(statistics, moved.statistics)
        return moved.parameters
      })
  }

  const revive = (vectors: readonly CodedVectors[]): tf.Tensor => {
    let revived: tf.Tensor | undefined
    exchange((parameters) => {
      const found = reviveDeadCodes(quantiser, { parameters, usage, statistics }, vectors, random.fold(step.step), {
        threshold: reviveBelow,
      })
      usage = replace(usage, found.usage)
      if (found.statistics) statistics = replace(statistics, found.statistics)
      revived = found.revived
      return found.parameters
    })
    return revived!
  }

  return forwardedStep(() => step, {
    run(inputs) {
      const reported = step.run(inputs)
      const vectors = Array.from({ length: scales }, (_, index) => ({
        tokens: reported[`tokens.${index + 1}`]!,
        residual: reported[`residual.${index + 1}`]!,
      }))
      update(vectors)
      return reviveEvery > 0 && step.step % reviveEvery === 0 ? { ...reported, revived: revive(vectors) } : reported
    },
    state: () => ({
      ...step.state(),
      "upkeep.hits": usage.hits.clone(),
      ...Object.fromEntries(
        Object.entries(statistics ?? {}).flatMap(([name, { counts, sums }]) => [
          [`upkeep.counts.${name}`, counts.clone()],
          [`upkeep.sums.${name}`, sums.clone()],
        ]),
      ),
    }),
    restore(saved) {
      const own = Object.entries(saved).filter(([name]) => name.startsWith("upkeep."))
      step.restore(Object.fromEntries(Object.entries(saved).filter(([name]) => !name.startsWith("upkeep."))))
      const stored = Object.fromEntries(own)
      usage = replace(usage, { hits: stored["upkeep.hits"]!.clone() })
      if (statistics)
        statistics = replace(
          statistics,
          Object.fromEntries(
            Object.keys(statistics).map((name) => [
              name,
              { counts: stored[`upkeep.counts.${name}`]!.clone(), sums: stored[`upkeep.sums.${name}`]!.clone() },
            ]),
          ),
        )
    },
    dispose() {
      for (const tensor of tensorsIn([usage, statistics])) tensor.dispose()
      step.dispose()
    },
  })
}

/** The codebooks among the tensors of a state, which stay its own. */
const codebooksIn = (state: FlatParameters): VectorQuantiserParameters => ({
  codebook: Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(codebookPrefix))
      .map(([name, rows]) => [name.slice(codebookPrefix.length), rows]),
  ),
})
