import { ConfigError } from "@scalewise/nn"
import type { BackwardProcess } from "../process/backward-process.ts"

/**
 * The first `steps` steps of a process; its readout is then a coarser picture of the same sample.
 *
 * @throws ConfigError for fewer than one step, or more than the process has
 */
export function earlyExit<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { steps }: { steps: number },
): BackwardProcess<State, Draw, Condition, Output> {
  if (!Number.isInteger(steps) || steps < 1 || steps > process.steps)
    throw new ConfigError(`earlyExit: expected 1 to ${process.steps} steps, got ${steps}`)
  return { ...process, steps }
}
