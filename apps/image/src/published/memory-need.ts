import { formatBytes } from "@scalewise/cli"
import { ConfigError } from "@scalewise/nn"

/** What a model of so many parameters takes to load and run: each is a float, and activations and the copy that is being loaded take as much again. */
export const memoryNeed = ({ tokenizer, generator }: { readonly tokenizer: number; readonly generator: number }): number =>
  2 * 4 * (tokenizer + generator)

/** Options of `refuseWithoutMemory`. */
export interface RefuseWithoutMemoryOptions {
  /** Bytes that are needed. */
  readonly need: number
  /** Bytes that are free. */
  readonly free: number
  /** Go on all the same. */
  readonly force: boolean
}

/** @throws ConfigError where memory would not suffice, before anything is loaded */
export function refuseWithoutMemory({ need, free, force }: RefuseWithoutMemoryOptions): void {
  if (need > free && !force)
    throw new ConfigError(
      `import: expected about ${formatBytes(need)} of free memory to load and run the model, found ${formatBytes(free)}; free some, convert without --check, or insist with --force`,
    )
}
