import type { GraphModelConfig, GraphSampling } from "@scalewise/graph"
import { ConfigError } from "@scalewise/nn"
import { foreignSampling, samplingSchema } from "../train/train-config.ts"

/**
 * Settings from the command line.
 *
 * @throws ConfigError for text that is not JSON, and for unknown or unfit settings
 */
export function readSampling(text: string | undefined): GraphSampling | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`--sampling: expected JSON such as {"splitRounds":2}, got ${text}`, { cause })
  }
  const checked = samplingSchema.safeParse(value)
  if (checked.success) return checked.data as GraphSampling
  const [first] = checked.error.issues
  throw new ConfigError(`--sampling: ${first!.path.join(".") || "settings"}: ${first!.message}`)
}

/**
 * The same settings, where a model of this process has them.
 *
 * @throws ConfigError for a setting of another process
 */
export function samplingOf(sampling: GraphSampling | undefined, process: GraphModelConfig["process"]): GraphSampling | undefined {
  const foreign = foreignSampling(sampling ?? {}, process)
  if (foreign !== undefined) throw new ConfigError(`--sampling: ${foreign}: a model of the process ${process} has no such setting`)
  return sampling
}
