import { ConfigError, type RandomStream } from "@scalewise/nn"

/** Options of `splitByClass`. */
export interface SplitByClassOptions {
  /** Share of each class that is held out, from 0 to 1 exclusive. */
  fraction: number
  /** Decides which. */
  random: RandomStream
}

/** A file and the class that it belongs to. */
interface Named {
  readonly name: string
  readonly label: number
}

/**
 * Holds out the same share of every class. Each file draws from the branch of its own name, and those of a class with the smallest draws
 * are held out: the order of a listing changes nothing, and another file moves one file at most.
 * Every class keeps one file or more.
 *
 * @returns whether each item is held out
 * @throws ConfigError for a share that is none
 */
export function splitByClass(items: readonly Named[], { fraction, random }: SplitByClassOptions): boolean[] {
  if (!(fraction >= 0 && fraction < 1))
    throw new ConfigError(`image folder: expected a test fraction from 0 to below 1, got ${fraction}; 0.1 is usual`)
  const draws = items.map(({ name }) => random.fold(name).uniformValues([1])[0]!)
  const ofClass = new Map<number, number[]>()
  for (const [i, { label }] of items.entries()) {
    const members = ofClass.get(label)
    if (members) members.push(i)
    else ofClass.set(label, [i])
  }
  const held = items.map(() => false)
  for (const members of ofClass.values()) {
    members.sort((a, b) => draws[a]! - draws[b]! || (items[a]!.name < items[b]!.name ? -1 : 1))
    for (const i of members.slice(0, Math.min(Math.round(fraction * members.length), members.length - 1))) held[i] = true
  }
  return held
}
