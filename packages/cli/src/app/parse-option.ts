import { InvalidArgumentError } from "commander"

export interface NumberLimits {
  /** @defaultValue no limit */
  readonly min?: number
  /** @defaultValue no limit */
  readonly max?: number
}

/** Reader of a whole number: `parse: integer({ min: 1 })`. */
export function integer(limits: NumberLimits = {}): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === "" || !Number.isSafeInteger(value)) throw new InvalidArgumentError("Expected a whole number.")
    return within(value, limits)
  }
}

/** Reader of a number. */
export function decimal(limits: NumberLimits = {}): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.")
    return within(value, limits)
  }
}

/** Reader of a list with commas: `parse: list(integer())` reads `0,1,2`. */
export function list<T>(item: (text: string) => T): (text: string) => T[] {
  return (text) => text.split(",").map((part) => item(part.trim()))
}

function within(value: number, { min = -Infinity, max = Infinity }: NumberLimits): number {
  if (value < min) throw new InvalidArgumentError(`Expected at least ${min}.`)
  if (value > max) throw new InvalidArgumentError(`Expected at most ${max}.`)
  return value
}
