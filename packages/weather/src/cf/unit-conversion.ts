import { ConfigError } from "@scalewise/nn/errors"

/** Standard acceleration of gravity, m/s2 (World Meteorological Organization): geopotential is height times this. */
export const gravity = 9.806_65

/** Value in the first unit of its row = value x scale + offset. */
const kinds: readonly Readonly<Record<string, readonly [scale: number, offset: number]>>[] = [
  { Pa: [1, 0], hPa: [100, 0], kPa: [1000, 0], bar: [100_000, 0], atm: [101_325, 0], mmHg: [133.322_387_415, 0] },
  { K: [1, 0], degC: [1, 273.15], degF: [5 / 9, 273.15 - (32 * 5) / 9] },
  { "m2 s-2": [1, 0], m: [gravity, 0], dam: [10 * gravity, 0], km: [1000 * gravity, 0] },
  { "m s-1": [1, 0], "km h-1": [1 / 3.6, 0], kt: [1852 / 3600, 0] },
  { "kg m-2": [1, 0], mm: [1, 0] },
  { "1": [1, 0], "%": [0.01, 0] },
  { "kg kg-1": [1, 0], "g kg-1": [0.001, 0] },
]

const spellings: Readonly<Record<string, string>> = {
  pascal: "Pa",
  pascals: "Pa",
  hectopascal: "hPa",
  hectopascals: "hPa",
  mb: "hPa",
  mbar: "hPa",
  millibar: "hPa",
  millibars: "hPa",
  "1e2pascals": "hPa",
  kelvin: "K",
  kelvins: "K",
  degk: "K",
  degreesk: "K",
  c: "degC",
  celsius: "degC",
  degreecelsius: "degC",
  degreescelsius: "degC",
  degreesc: "degC",
  degc: "degC",
  "°c": "degC",
  f: "degF",
  degf: "degF",
  fahrenheit: "degF",
  "°f": "degF",
  "m2/s2": "m2 s-2",
  "m2s-2": "m2 s-2",
  "j/kg": "m2 s-2",
  "jkg-1": "m2 s-2",
  meter: "m",
  meters: "m",
  metre: "m",
  metres: "m",
  gpm: "m",
  geopotentialmeters: "m",
  geopotentialmeter: "m",
  geopotentialmetres: "m",
  gpdm: "dam",
  dm: "dam",
  "m/s": "m s-1",
  "ms-1": "m s-1",
  "meter/sec": "m s-1",
  "meters/second": "m s-1",
  "km/h": "km h-1",
  kmh: "km h-1",
  knots: "kt",
  knot: "kt",
  "kg/m2": "kg m-2",
  "kgm-2": "kg m-2",
  "kg/kg": "kg kg-1",
  "kgkg-1": "kg kg-1",
  "g/kg": "g kg-1",
  "gkg-1": "g kg-1",
  percent: "%",
  "": "1",
}

/** One spelling of each unit that is known here: "millibars" is "hPa", "m**2 s**-2" is "m2 s-2". Others stay as they are. */
export function canonicalUnits(units: string): string {
  const trimmed = units.trim()
  if (kinds.some((kind) => trimmed in kind)) return trimmed
  const plain = trimmed.replaceAll(/\*\*|\^/g, "").replaceAll(/[\s_.*]+/g, "")
  const known = Object.keys(kinds.reduce((all, kind) => ({ ...all, ...kind }), {})).find((name) => name === plain)
  return known ?? spellings[plain.toLowerCase()] ?? trimmed
}

/**
 * How values of one unit become those of another: value x scale + offset. Geopotential and geopotential height are converted into each
 * other by the standard gravity.
 *
 * @throws ConfigError for units of different kinds
 */
export function unitConversion(from: string, to: string): { readonly scale: number; readonly offset: number } {
  const [source, target] = [canonicalUnits(from), canonicalUnits(to)]
  if (source === target) return { scale: 1, offset: 0 }
  const kind = kinds.find((units) => source in units && target in units)
  if (!kind) {
    const possible = Object.keys(kinds.find((units) => source in units) ?? {}).filter((unit) => unit !== source)
    const advice = possible.length > 0 ? `it can become ${possible.join(", ")}` : "leave the units as they are"
    throw new ConfigError(`units: expected units into which "${from}" can be converted, got "${to}"; ${advice}`)
  }
  const [fromScale, fromOffset] = kind[source]!
  const [toScale, toOffset] = kind[target]!
  return { scale: fromScale / toScale, offset: (fromOffset - toOffset) / toScale }
}
