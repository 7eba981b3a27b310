/** How many single letters must be inserted, deleted or replaced to turn one word into the other (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}

/** The known word that was probably meant, if one is near enough: at most a third of its letters differ, two (a swap) in a short word, one in a tiny one. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const candidates = [...known].map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
  const best = candidates.toSorted((a, b) => a.distance - b.distance)[0]
  if (best == null) return undefined
  const { length } = best.name
  return best.distance <= Math.max(length < 4 ? 1 : 2, Math.floor(length / 3)) ? best.name : undefined
}

/** ` Did you mean "paper"?`, or the list of what there is, or nothing: the end of an error message. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const names = [...known]
  const meant = nearest(word, names)
  if (meant != null) return ` Did you mean "${meant}"?`
  return names.length > 0 && names.length <= 20 ? ` Known: ${names.join(", ")}.` : ""
}
