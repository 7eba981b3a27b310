/**
 * At most `count` leads that a row of pictures shows: the first, the last, and between them such that each is about as many times longer
 * than the one before. Places in `leads`, ascending.
 */
export function shownLeads(leads: ArrayLike<number>, count = 5): number[] {
  if (leads.length <= count) return [...Array(leads.length).keys()]
  // A lead of zero hours is the start itself: the ratio is taken from the first that is not.
  const from = leads[0]! > 0 ? 0 : 1
  const [first, last] = [leads[from]!, leads[leads.length - 1]!]
  const wished = Array.from({ length: count }, (_, i) => first * (last / first) ** (i / (count - 1)))
  const chosen = wished.map((lead) => {
    let best = from
    for (let l = from; l < leads.length; l++) if (Math.abs(leads[l]! - lead) < Math.abs(leads[best]! - lead)) best = l
    return best
  })
  return [...new Set(chosen)]
}

/** "day 3", or "18 h" where it is no whole day. */
export const leadText = (hours: number): string => (hours % 24 === 0 ? `day ${hours / 24}` : `${Number(hours.toFixed(2))} h`)
