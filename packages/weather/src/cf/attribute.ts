import type { Attributes } from "../data/array-file.ts"

/** A text attribute, trimmed; undefined where it is absent, empty or no text. */
export function textAttribute(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]
  const text = typeof value === "string" ? value : Array.isArray(value) && typeof value[0] === "string" ? value[0] : undefined
  return text?.trim() || undefined
}

/** The numbers of an attribute, also where they were written as text ("-9999."); none where it is absent or no number. */
export function numbersAttribute(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name]
  if (value === undefined) return []
  const list: readonly (string | number)[] =
    typeof value === "string" ? value.split(/[\s,]+/).filter(Boolean) : typeof value === "number" ? [value] : value
  const numbers = list.map((item) =>
    typeof item === "number" ? item : nanWords.has(item.toLowerCase()) ? NaN : Number(item.replace(/[bslfd]$/i, "") || "x"),
  )
  const isText = list.some((item) => typeof item === "string")
  return isText && numbers.some((number, i) => Number.isNaN(number) && !nanWords.has(String(list[i]).toLowerCase())) ? [] : numbers
}

const nanWords = new Set(["nan", "nanf"])
