import { formatCount, formatValue, textTable } from "@scalewise/cli"
import type { DescribedFile, DescribedGrid, DescribedTime } from "@scalewise/weather/data"

/** At most so many variables or gaps are listed; `--json` has all. */
const mostLines = 40

/** A described file as people read it. */
export function fileText({ description, notices }: DescribedFile): string {
  const { file, format, variables, time, grid, trainable, reasons } = description
  const number = (value: number | null): string => (value === null ? "" : formatValue(value))
  const rows = variables
    .slice(0, mostLines)
    .map(({ name, dimensions, shape, units, missing, minimum, maximum, mean }) => [
      name,
      dimensions.length === 0 ? "one value" : dimensions.map((dimension, axis) => `${dimension} ${shape[axis]}`).join(", "),
      units ?? "",
      missing === null ? "" : formatCount(missing),
      number(minimum),
      number(mean),
      number(maximum),
    ])
  const more = variables.length > mostLines ? `\nand ${variables.length - mostLines} more; --json has all` : ""
  return [
    `${file}: ${format}, ${variables.length} variables`,
    textTable(["variable", "along", "units", "missing", "minimum", "mean", "maximum"], rows) + more,
    [...(time ? [timeText(time)] : []), ...(grid ? [gridText(grid)] : [])].join("\n"),
    notices.map((notice) => `note: ${notice}`).join("\n"),
    trainable ? "It can be trained on." : `It cannot be trained on: ${reasons.join("; ")}.`,
  ]
    .filter(Boolean)
    .join("\n\n")
}

function timeText({ calendar, from, to, steps, stepHours, gaps }: DescribedTime): string {
  const step = stepHours === null ? "" : `, ${stepText(stepHours)} apart`
  const holes = gaps.slice(0, 5).map((gap) => `${gap.from} to ${gap.to}`)
  const gapText = gaps.length === 0 ? "no gaps" : `${gaps.length} gaps (${holes.join(", ")}${gaps.length > holes.length ? ", ..." : ""})`
  return steps === 1
    ? `time: ${from}, ${calendar} calendar`
    : `time: ${from} to ${to}, ${formatCount(steps)} times${step}, ${calendar} calendar, ${gapText}`
}

const stepText = (hours: number): string =>
  hours >= 24 && hours % 24 === 0 ? `${hours / 24} day${hours === 24 ? "" : "s"}` : `${Number(hours.toFixed(3))} hours`

function gridText({ rows, columns, latitudes, longitudes, periodic, even }: DescribedGrid): string {
  const degrees = (value: number): string => String(Number(value.toFixed(3)))
  const span = `${degrees(latitudes[0])} to ${degrees(latitudes[1])} north, ${degrees(longitudes[0])} to ${degrees(longitudes[1])} east`
  return `grid: ${rows} x ${columns}, ${span}${periodic ? ", round the globe" : ""}${even ? "" : ", rows unevenly spaced (Gaussian)"}`
}
