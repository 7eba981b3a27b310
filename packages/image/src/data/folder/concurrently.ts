/** Options of `concurrently`. */
export interface ConcurrentlyOptions {
  /** How many at a time. */
  limit: number
  /** Stops before the next item. @defaultValue none */
  signal?: AbortSignal | undefined
}

/**
 * Maps items through an asynchronous function, a few at a time; the results are in the order of the items. After the first
 * failure no other item is begun.
 *
 * @throws what the function throws, or the signal's reason
 */
export async function concurrently<Item, Result>(
  items: readonly Item[],
  { limit, signal }: ConcurrentlyOptions,
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = Array.from<Result>({ length: items.length })
  let next = 0
  const work = async (): Promise<void> => {
    try {
      while (next < items.length) {
        signal?.throwIfAborted()
        const index = next++
        results[index] = await map(items[index]!, index)
      }
    } catch (error) {
      next = items.length
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  return results
}
