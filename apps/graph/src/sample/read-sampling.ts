import type { ContractionSampling } from "@scalewise/graph"
import { ConfigError } from "@scalewise/nn"
import { samplingSchema } from "../train/train-config.ts"

/**
 * Settings from the command line.
 *
 * @throws ConfigError for text that is not JSON, and for unknown or unfit settings
 */
export function readSampling(text: string | undefined): ContractionSampling | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`--sampling: expected JSON such as {"splitRounds":2}, got ${text}`, { cause })
  }
  const checked = samplingSchema.safeParse(value)
  if (checked.success) return checked.data as ContractionSampling
  const [first] = checked.error.issues
  throw new ConfigError(`--sampling: ${first!.path.join(".") || "settings"}: ${first!.message}`)
}
