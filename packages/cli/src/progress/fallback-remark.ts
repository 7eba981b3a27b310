import type { TrainEvent } from "@scalewise/nn"

/** Tells once for each reason, at the first news of it, that steps run operation by operation although they were to be captured. */
export function fallbackRemark(say: (text: string) => void): (event: TrainEvent) => void {
  const told = new Set<string>()
  return (event) => {
    if (event.type !== "step" || event.fallbackReason === undefined || told.has(event.fallbackReason)) return
    told.add(event.fallbackReason)
    say(`Steps run operation by operation, which is slower: ${event.fallbackReason}`)
  }
}
