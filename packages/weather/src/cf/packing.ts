import type { ArrayVariable, StoredType, StoredValues } from "../data/array-file.ts"
import { numbersAttribute, textAttribute } from "./attribute.ts"

/** How the stored numbers of a variable become values. */
export interface Packing {
  readonly scale: number
  readonly offset: number
  /** Stored numbers that mean "missing". */
  readonly missing: ReadonlySet<number>
  /** Stored numbers outside are missing too. */
  readonly minimum: number
  readonly maximum: number
  /** What is added to negative stored numbers that stand for large unsigned ones; 0 where they do not. */
  readonly unsigned: number
  /** What about the attributes could not be taken at its word. */
  readonly notices: readonly string[]
}

/** What the netCDF library puts where nothing was written (netcdf.h, NC_FILL_*). */
const defaultFill: Readonly<Partial<Record<StoredType, number>>> = {
  int8: -127,
  int16: -32_767,
  int32: -2_147_483_647,
  float32: Math.fround(9.969_209_968_386_869e36),
  float64: 9.969_209_968_386_869e36,
  uint8: 255,
  uint16: 65_535,
  uint32: 4_294_967_295,
}

/**
 * The packing of a variable by its attributes (CF conventions 8.1 and 2.5.1): `_FillValue`, `missing_value` (one or several) and the
 * valid range are compared with stored numbers, before scaling; both fill attributes count where they differ; NaN as the fill value of
 * whole numbers means that there is none. Without a fill attribute the netCDF library's own default marks what was never written.
 * Attributes that should be numbers but are not are ignored with a notice.
 */
export function packingOf(variable: ArrayVariable): Packing {
  const { name, type, attributes, fillValue } = variable
  const notices: string[] = []
  const isReal = type === "float32" || type === "float64"
  const number = (attribute: string, otherwise: number): number => {
    const [value] = numbersAttribute(attributes, attribute)
    if (attributes[attribute] !== undefined && !Number.isFinite(value))
      notices.push(`the ${attribute} of "${name}" is no number and is ignored`)
    return value !== undefined && Number.isFinite(value) ? value : otherwise
  }
  const bits =
    textAttribute(attributes, "_Unsigned")?.toLowerCase() === "true" ? { int8: 8, int16: 16, int32: 32 }[type as string] : undefined
  const unsigned = bits === undefined ? 0 : 2 ** bits
  const stored = (value: number): number => (type === "float32" ? Math.fround(value) : unsigned > 0 && value < 0 ? value + unsigned : value)

  const declared = [...numbersAttribute(attributes, "_FillValue"), ...numbersAttribute(attributes, "missing_value")]
  const isDeclared = attributes._FillValue !== undefined || attributes.missing_value !== undefined
  if (isDeclared && declared.length === 0) notices.push(`the fill value of "${name}" is no number and is ignored`)
  const byFormat = fillValue ?? defaultFill[type]
  const fills = attributes._FillValue !== undefined || byFormat === undefined ? declared : [...declared, byFormat]
  const missing = new Set(fills.filter((value) => isReal || Number.isInteger(value)).map(stored))
  if (fills.some((value) => !isReal && !Number.isInteger(value)))
    notices.push(`"${name}" holds whole numbers, so its fill value of another kind is ignored`)

  const range = numbersAttribute(attributes, "valid_range")
  const [low, high] =
    range.length === 2 ? range : [numbersAttribute(attributes, "valid_min")[0], numbersAttribute(attributes, "valid_max")[0]]
  return {
    scale: number("scale_factor", 1),
    offset: number("add_offset", 0),
    missing,
    minimum: low === undefined || Number.isNaN(low) ? -Infinity : stored(low),
    maximum: high === undefined || Number.isNaN(high) ? Infinity : stored(high),
    unsigned,
    notices,
  }
}

/** What turns one stored number into its value; NaN where it is missing or not finite. */
export function unpacker({ scale, offset, missing, minimum, maximum, unsigned }: Packing): (stored: number) => number {
  // Comparing with two numbers is several times faster than asking a set, and hardly a variable has more.
  const [first = NaN, second = NaN] = missing
  const isMissing =
    missing.size <= 2
      ? (number: number): boolean => number === first || number === second
      : (number: number): boolean => missing.has(number)
  return (stored) => {
    const number = stored < 0 ? stored + unsigned : stored
    return number >= minimum && number <= maximum && !isMissing(number) && Number.isFinite(number) ? number * scale + offset : NaN
  }
}

/** Values of stored numbers, in doubles; [N]. */
export function unpackAll(stored: StoredValues, packing: Packing): Float64Array {
  return Float64Array.from(stored, unpacker(packing))
}
