/** How far an evaluation is. */
export interface EvaluationProgress {
  /** What is being done. */
  stage: string
  /** Part of all work that is done, 0 to 1. */
  share: number
}

/** Tells how far a work of several stages is, and where it can stop. */
export interface EvaluationStages<Name extends string> {
  /** Says that a stage begins. Rejects with the signal's reason; lets timers and signals of the process run before. */
  begin(stage: Name): Promise<void>
  /** Says how much of the present stage is done, 0 to 1. */
  within(share: number): void
  end(): void
}

/** @param work - the stages in their order, each with about how long it takes in comparison with the others */
export function evaluationStages<Name extends string>(
  work: Readonly<Partial<Record<Name, number>>>,
  { onProgress, signal }: { onProgress?: ((progress: EvaluationProgress) => void) | undefined; signal?: AbortSignal | undefined },
): EvaluationStages<Name> {
  const efforts = Object.entries(work) as [Name, number][]
  const total = efforts.reduce((sum, [, effort]) => sum + effort, 0)
  let current = { stage: "" as Name, before: 0, effort: 0 }
  const tell = (done: number): void => onProgress?.({ stage: current.stage, share: (current.before + done * current.effort) / total })
  return {
    async begin(stage) {
      await new Promise((resolve) => setTimeout(resolve))
      signal?.throwIfAborted()
      const index = efforts.findIndex(([name]) => name === stage)
      current = { stage, before: efforts.slice(0, index).reduce((sum, [, effort]) => sum + effort, 0), effort: efforts[index]![1] }
      tell(0)
    },
    within: tell,
    end: () => tell(1),
  }
}
