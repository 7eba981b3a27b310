import { didYouMean } from "@scalewise/cli"
import type { DiffusionSampler, SamplingConfig } from "@scalewise/image"
import { ConfigError } from "@scalewise/nn"

/** One declared way to sample, fixed before anything is drawn. */
export interface SamplingSettings {
  /** What tables and figures call it. */
  readonly name: string
  /** For next-scale models. */
  readonly sampling: SamplingConfig
  /** For diffusion models. */
  readonly sampler: DiffusionSampler
  readonly steps: number
  /** Seeds of its own. @defaultValue those of the command */
  readonly seeds?: readonly number[]
}

const samplers: readonly DiffusionSampler[] = ["ddpm", "ddim", "dpm-solver"]
const nextScaleKeys = ["temperature", "top-k", "top-p", "guidance", "ramp"]
const diffusionKeys = ["sampler", "steps", "guidance"]

/** The kind of model that settings are for. */
export type SampledKind = "image-model" | "image-diffusion"

/**
 * Reads `name:key=value,...`; without a name the values are the name. Several values of one key, one for each scale or seed, are joined by "/".
 *
 *     temperature .9:temperature=0.9
 *     guided:guidance=0.5,seeds=0/1/2
 *     DDIM-50:sampler=ddim,steps=50
 *
 * @throws ConfigError in one sentence for keys that this kind of model does not know and values that are none
 */
export function parseSettings(text: string, kind: SampledKind): SamplingSettings {
  // A name alone: the model as it is
  const colon = text.includes(":") || text.includes("=") ? text.indexOf(":") : text.length
  const values = colon < 0 ? text : text.slice(colon + 1)
  const pairs = values
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part): [string, string] => {
      const equals = part.indexOf("=")
      if (equals < 1) throw new ConfigError(`--settings: expected name:key=value,..., got "${part}" in "${text}"`)
      return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()]
    })
  const settings = settingsOf(Object.fromEntries(pairs), kind)
  const name = (colon < 0 ? "" : text.slice(0, colon)).trim()
  return name === "" ? settings : { ...settings, name }
}

/**
 * Settings from keys and values as they were typed, named by what they change.
 *
 * @throws ConfigError as `parseSettings`
 */
export function settingsOf(given: Readonly<Record<string, string>>, kind: SampledKind): SamplingSettings {
  const known = [...(kind === "image-model" ? nextScaleKeys : diffusionKeys), "seeds"]
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    const others = kind === "image-model" ? diffusionKeys : nextScaleKeys
    const reason = others.includes(unknown)
      ? `${kind === "image-model" ? "a next-scale model has" : "a diffusion model has"} no "${unknown}"; leave it out`
      : `there is no "${unknown}".${didYouMean(unknown, known)}`
    throw new ConfigError(`sampling settings: expected ${known.join(", ")}, but ${reason}`)
  }
  const numbers = (key: string): number[] | undefined =>
    given[key]?.split("/").map((one) => {
      const value = Number(one)
      if (one.trim() === "" || !Number.isFinite(value))
        throw new ConfigError(`sampling settings: expected a number for ${key}, or one for each scale joined by "/", got "${given[key]}"`)
      return value
    })
  const perScale = (key: string): number | number[] | undefined => {
    const found = numbers(key)
    return found?.length === 1 ? found[0] : found
  }
  const seeds = numbers("seeds")
  const badSeed = seeds?.find((seed) => !Number.isSafeInteger(seed) || seed < 0)
  if (badSeed !== undefined) throw new ConfigError(`sampling settings: expected seeds from 0 on, got ${badSeed}`)
  const ramp = given["ramp"] ?? "linear"
  if (ramp !== "linear" && ramp !== "constant")
    throw new ConfigError(`sampling settings: expected the ramp linear or constant, got "${ramp}"`)
  const sampler = (given["sampler"] ?? "ddim") as DiffusionSampler
  if (!samplers.includes(sampler))
    throw new ConfigError(
      `sampling settings: expected the sampler ${samplers.join(", ")}, got "${sampler}".${didYouMean(sampler, samplers)}`,
    )
  const steps = numbers("steps")?.[0] ?? 50
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new ConfigError(`sampling settings: expected steps from 1 on, got "${given["steps"]}"`)
  const [temperature, topK, topP, guidance] = [perScale("temperature"), perScale("top-k"), perScale("top-p"), perScale("guidance")]
  const sampling: SamplingConfig = {
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(guidance !== undefined && { guidance }),
    ...(given["ramp"] !== undefined && { guidanceRamp: ramp }),
  }
  return { name: nameOf(given, kind, { sampler, steps }), sampling, sampler, steps, ...(seeds && { seeds }) }
}

function nameOf(
  given: Readonly<Record<string, string>>,
  kind: SampledKind,
  { sampler, steps }: Pick<SamplingSettings, "sampler" | "steps">,
): string {
  const changed = Object.entries(given).filter(([key]) => !["sampler", "steps", "seeds"].includes(key))
  const words = changed.map(([key, value]) => `${key} ${value}`)
  if (kind === "image-diffusion") return [`${samplerNames[sampler]}-${steps}`, ...words].join(", ")
  return words.length === 0 ? "temperature 1" : words.join(", ")
}

/** What people call the samplers. */
export const samplerNames: Readonly<Record<DiffusionSampler, string>> = { ddpm: "DDPM", ddim: "DDIM", "dpm-solver": "DPM-Solver++" }
