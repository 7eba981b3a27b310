/** Milliseconds of one call: the smallest of `repeats` rounds after a warm-up, so that other work on the machine counts little. */
export async function measure(work: () => void | Promise<void>, { repeats = 20, warmUp = 3 } = {}): Promise<number> {
  for (let i = 0; i < warmUp; i++) await work()
  let best = Infinity
  for (let i = 0; i < repeats; i++) {
    const start = performance.now()
    await work()
    best = Math.min(best, performance.now() - start)
  }
  return best
}
