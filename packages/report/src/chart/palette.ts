/** One colour of the palette: itself, and what a page on a dark ground uses instead. */
interface SeriesColor {
  readonly light: string
  readonly dark: string
}

/**
 * Colours that stay apart for colour-blind readers (Okabe and Ito's set without black and yellow, which vanish on a dark or a white
 * ground, and a grey), blues lightened where the ground is dark.
 */
export const palette: readonly SeriesColor[] = [
  { light: "#0072b2", dark: "#4aa8e0" },
  { light: "#d55e00", dark: "#f0843a" },
  { light: "#009e73", dark: "#2cc197" },
  { light: "#aa4a80", dark: "#e090ba" },
  { light: "#b87a00", dark: "#e6ab2c" },
  { light: "#4f5b66", dark: "#a9b4be" },
]

/** Second channel beside colour: series 0 is a circle in every chart, and so on. */
export const symbols = ["circle", "square", "triangle", "diamond", "cross", "wye"] as const

/** The colour of a series: a CSS variable that the page sets for light and dark, with the light colour for anywhere else. */
export function seriesColor(index: number): string {
  const slot = index % palette.length
  return `var(--series-${slot + 1}, ${palette[slot]!.light})`
}

/** The marker of a series; after six series the pairing shifts, so that colour and marker together stay unique up to 36. */
export function seriesSymbol(index: number): (typeof symbols)[number] {
  return symbols[(index + Math.floor(index / palette.length)) % symbols.length]!
}

/** Drawn around words that may lie on a curve. */
export const halo = { stroke: "var(--ground, #fdfdfb)", strokeWidth: 4, fill: "currentColor" } as const

/** The declarations that give the variables their values on one ground. */
export function seriesVariables(ground: "light" | "dark"): string {
  return palette.map((color, index) => `--series-${index + 1}: ${color[ground]};`).join(" ")
}

/** Replaces the variables by the light colours, for readers of SVG that know no CSS variables, and what a page would hand down by its fonts. */
export function withFixedColors(svg: string): string {
  return svg
    .replace(/var\(--[a-z0-9-]+, ([^)]+)\)/g, "$1")
    .replaceAll("currentColor", "#1c2024")
    .replaceAll("font-family: inherit", "font-family: system-ui, DejaVu Sans, sans-serif")
}
