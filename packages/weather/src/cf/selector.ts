import { ConfigError } from "@scalewise/nn/errors"

/** What a person means by "z@500", "msl:hPa" or "air_temperature@850:degC". */
export interface Selector {
  /** Name of the variable, its standard name, or a usual abbreviation. */
  readonly name: string
  /** In the units of the axis, pressure in hPa. */
  readonly level?: number
  /** Units to convert to. */
  readonly units?: string
}

/**
 * Reads a selector: NAME, NAME@LEVEL, each also with :UNITS.
 *
 * @throws ConfigError for anything else
 */
export function parseSelector(text: string): Selector {
  const parts = /^\s*([^@:]+?)\s*(?:@\s*([-+\d.]+)\s*(?:hPa)?)?\s*(?::\s*(.+?))?\s*$/i.exec(text)
  const level = parts?.[2] === undefined ? undefined : Number(parts[2])
  if (!parts || Number.isNaN(level)) {
    throw new ConfigError(
      `variable: expected a name such as "msl", "z@500" or "msl:hPa", got "${text}"; write NAME, NAME@LEVEL or NAME:UNITS`,
    )
  }
  return { name: parts[1]!, ...(level !== undefined && { level }), ...(parts[3] !== undefined && { units: parts[3] }) }
}

/** Standard names that people mean by the usual abbreviations, where a file has no variable of that name. */
export const abbreviations: Readonly<Record<string, readonly string[]>> = {
  z: ["geopotential", "geopotential_height"],
  hgt: ["geopotential_height", "geopotential"],
  t: ["air_temperature"],
  u: ["eastward_wind"],
  v: ["northward_wind"],
  q: ["specific_humidity"],
  msl: ["air_pressure_at_mean_sea_level", "air_pressure_at_sea_level"],
  mslp: ["air_pressure_at_mean_sea_level", "air_pressure_at_sea_level"],
  slp: ["air_pressure_at_mean_sea_level", "air_pressure_at_sea_level"],
}
