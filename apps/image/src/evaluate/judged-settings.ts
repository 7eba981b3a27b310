import type { SamplingSettings } from "./sampling-settings.ts"
import { parseSettings, settingsOf, type SampledKind } from "./sampling-settings.ts"
import { ConfigError } from "@scalewise/nn"

/** The flags of `evaluate` that say how to sample, as they were typed. */
export interface SamplingFlags {
  readonly temperature?: string
  readonly topK?: string
  readonly topP?: string
  readonly guidance?: string
  readonly ramp?: string
  readonly sampler?: string
  readonly steps?: string
  readonly settings?: readonly string[]
}

/**
 * The settings to judge: those of `--settings`, or the one that the single flags describe.
 *
 * @throws ConfigError where both are given, and where two settings have one name
 */
export function judgedSettings(flags: SamplingFlags, kind: SampledKind): SamplingSettings[] {
  const { settings = [], temperature, topK, topP, guidance, ramp, sampler, steps } = flags
  const single = { temperature, "top-k": topK, "top-p": topP, guidance, ramp, sampler, steps }
  const given = Object.fromEntries(Object.entries(single).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
  if (settings.length === 0) return [settingsOf(given, kind)]
  const [first] = Object.keys(given)
  if (first !== undefined)
    throw new ConfigError(`evaluate: expected either --settings or --${first}, got both; write ${first} into the settings`)
  const parsed = settings.map((text) => parseSettings(text, kind))
  const double = parsed.find(({ name }, index) => parsed.findIndex((other) => other.name === name) !== index)
  if (double) throw new ConfigError(`--settings: expected a name for each, got "${double.name}" twice; write name:key=value,...`)
  return parsed
}
