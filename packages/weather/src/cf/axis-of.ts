import { isTimeUnits } from "./decode-time.ts"
import { textAttribute } from "./attribute.ts"
import type { ArrayVariable } from "../data/array-file.ts"

/** What an axis of a field runs along; "start" and "lead" are those of forecasts, "member" those of ensembles. */
export type AxisKind = "time" | "start" | "lead" | "member" | "level" | "latitude" | "longitude"

const byStandardName: Readonly<Record<string, AxisKind>> = {
  time: "time",
  forecast_reference_time: "start",
  forecast_period: "lead",
  realization: "member",
  latitude: "latitude",
  longitude: "longitude",
  air_pressure: "level",
  height: "level",
  altitude: "level",
  depth: "level",
  model_level_number: "level",
  atmosphere_sigma_coordinate: "level",
  atmosphere_hybrid_sigma_pressure_coordinate: "level",
  geopotential_height: "level",
}

const byUnits: readonly (readonly [RegExp, AxisKind])[] = [
  [/^degrees?[\s_]*(n|north)$/i, "latitude"],
  [/^degrees?[\s_]*(e|east)$/i, "longitude"],
]

const byName: readonly (readonly [RegExp, AxisKind])[] = [
  [/^(init_time|init|initial_time|forecast_reference_time|reference_time|reftime|start_time|start)$/i, "start"],
  [/^(lead_time|lead|leadtime|prediction_timedelta|forecast_period|forecast_hour|step|frtime|fhour)$/i, "lead"],
  [/^(realization|realisation|number|ensemble|ens|member|members|ensemble_member|sample)$/i, "member"],
  [/^(time|times|t|valid_time|date|timestep|xtime)$/i, "time"],
  [/^(lat|lats|latitude|latitudes|nav_lat|g\d_lat_\d|y)$/i, "latitude"],
  [/^(lon|lons|long|longitude|longitudes|nav_lon|g\d_lon_\d|x)$/i, "longitude"],
  [/^(lev|level|levels|plev|pressure|pressure_level|isobaric\w*|pfull|height|altitude|depth|z|hybrid|sigma|lv_\w+)$/i, "level"],
]

/**
 * What an axis is, by its coordinate variable's standard name, its units, its attribute "axis", and last the name of the dimension; in
 * that order, as people get the first right most often. Rotated and projected coordinates are none of these.
 *
 * @param name - of the dimension
 * @param coordinate - the variable of the same name, if there is one
 */
export function axisOf(name: string, coordinate?: ArrayVariable): AxisKind | undefined {
  const attributes = coordinate?.attributes ?? {}
  const standardName = textAttribute(attributes, "standard_name")?.toLowerCase()
  if (standardName !== undefined) {
    if (/^(grid_(latitude|longitude)|projection_[xy]_coordinate)$/.test(standardName)) return undefined
    const kind = byStandardName[standardName]
    if (kind !== undefined) return kind
  }
  const named = byName.find(([pattern]) => pattern.test(name))?.[1]
  const units = textAttribute(attributes, "units")
  if (isTimeUnits(units)) return named === "start" ? "start" : "time"
  const unitKind = byUnits.find(([pattern]) => pattern.test(units ?? ""))?.[1]
  if (unitKind !== undefined) return unitKind
  if (textAttribute(attributes, "positive") !== undefined) return "level"
  const axis = textAttribute(attributes, "axis")?.toUpperCase()
  if (axis === "T") return named === "lead" || named === "start" ? named : "time"
  if (axis === "Z") return "level"
  if (axis === "E") return "member"
  // "X" and "Y" say which way an axis runs, but not that it is in degrees.
  return named
}
