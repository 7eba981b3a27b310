import type { RandomStream } from "@scalewise/nn"

/** How codes are revealed in training. */
export interface RevealTraining {
  /** Share of the examples where nothing is revealed; in the others each code is, with a rate drawn from [0, 1). */
  readonly nothing: number
}

/** Draws a mask of what is hidden. */
export function hiddenMask(count: number, { nothing }: RevealTraining, random: RandomStream): Uint8Array {
  const [coin = 0, rate = 0] = random.fold("rate").uniformValues([2])
  if (coin < nothing) return new Uint8Array(count).fill(1)
  return Uint8Array.from(random.fold("hidden").uniformValues([count]), (u) => (u < rate ? 0 : 1))
}
