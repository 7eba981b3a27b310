/** The one place where the numbers of a report become text. A minus sign is a real one; what is not finite is said in words. */
export interface FormatNumberOptions {
  /**
   * Significant digits.
   * @defaultValue 4
   */
  readonly digits?: number
}

/** `0.01235`, `12,340`, `1.2e-7`: plain digits where they are readable, powers of ten elsewhere. */
export function formatNumber(value: number, { digits = 4 }: FormatNumberOptions = {}): string {
  if (!Number.isFinite(value)) return notFinite(value)
  if (value === 0) return "0"
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 1e7)
    return withMinus(
      value
        .toExponential(digits - 1)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e"),
    )
  if (Number.isInteger(value)) return withMinus(grouped(String(value)))
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  return withMinus(grouped(String(Number(value.toFixed(decimals)))))
}

/** `0.0123 ± 0.0004`: the deviation with two significant digits, the mean with as many decimals. */
export function formatMeanSd(mean: number, sd: number): string {
  if (!Number.isFinite(mean)) return notFinite(mean)
  if (!Number.isFinite(sd) || sd === 0) return formatNumber(mean)
  const largest = Math.max(Math.abs(mean), sd)
  if (largest < 1e-4 || largest >= 1e7) {
    const power = Math.floor(Math.log10(largest))
    return `(${formatMeanSd(mean / 10 ** power, sd / 10 ** power)})e${withMinus(String(power))}`
  }
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(sd))))
  return `${withMinus(grouped(mean.toFixed(decimals)))} ± ${grouped(sd.toFixed(decimals))}`
}

const notFinite = (value: number): string => (Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞")
const withMinus = (text: string): string => text.replace(/-/g, "−")

function grouped(digits: string): string {
  const [whole = "", ...fraction] = digits.split(".")
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".")
}
