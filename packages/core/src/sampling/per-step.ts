import { ConfigError } from "@scalewise/nn"

/** One value for all steps, or one for each step. */
export type PerStep<Value> = Value | readonly Value[]

/**
 * The value of step 1 .. K as a function of the step.
 *
 * @throws ConfigError where a list has another length than `steps`, or a value is out of `accepts`
 */
export function perStep(
  value: PerStep<number>,
  { name, steps, accepts }: { name: string; steps: number; accepts: (value: number) => boolean },
): (step: number) => number {
  const values = typeof value === "number" ? Array.from({ length: steps }, () => value) : value
  if (values.length !== steps)
    throw new ConfigError(`${name}: expected one value, or one for each of the ${steps} steps, got ${values.length}`)
  const wrong = values.find((candidate) => !accepts(candidate))
  if (wrong !== undefined) throw new ConfigError(`${name}: ${wrong} is out of range`)
  return (step) => values[step - 1]!
}
