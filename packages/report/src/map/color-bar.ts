import type { ColorScale } from "./color-scale.ts"

/** CSS pixels. */
const [barWidth, labelHeight] = [13, 15]

/** A standing bar of the steps of a scale with its levels beside it, as SVG; (x, y) is its upper left corner. */
export function colorBar({ levels, colors }: ColorScale, { x, y, height }: { x: number; y: number; height: number }): string {
  const step = height / colors.length
  const bottom = y + height
  const every = niceSkip(Math.ceil((labelHeight * colors.length) / height))
  const boxes = colors.map(
    (color, i) =>
      `<rect x="${x}" y="${tenth(bottom - (i + 1) * step)}" width="${barWidth}" height="${tenth(step + 0.3)}" fill="rgb(${color.join(" ")})"/>`,
  )
  const labels = levels.flatMap((level, i) => {
    // Counted from zero where it is a level, so that zero itself is written.
    const zero = Math.max(0, levels.indexOf(0))
    if ((i - zero) % every !== 0) return []
    const at = tenth(bottom - i * step)
    return [
      `<path d="M${x + barWidth} ${at}h4" stroke="currentColor"/>`,
      `<text x="${x + barWidth + 7}" y="${at + 4}" fill="currentColor">${levelText(level)}</text>`,
    ]
  })
  return `<g>${boxes.join("")}<rect x="${x}" y="${y}" width="${barWidth}" height="${height}" fill="none" stroke="#1c2024" stroke-width="0.8"/>${labels.join("")}</g>`
}

/** A level in plain digits with a real minus sign: nobody groups the digits of a pressure. */
export const levelText = (level: number): string => String(Number(level.toPrecision(6))).replace("-", "−")

/** Labels at every 1st, 2nd, 4th, 5th or 10th level. */
const niceSkip = (least: number): number => [1, 2, 4, 5, 10].find((skip) => skip >= least) ?? least

const tenth = (value: number): number => Math.round(value * 10) / 10
