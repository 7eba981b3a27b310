import { ConfigError } from "@scalewise/nn"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import { smilesOf } from "./molecule-smiles.ts"
import { loadRdkit, withMolecule } from "./rdkit.ts"

/** Options of `drawMolecules`. */
export interface DrawMoleculesOptions {
  readonly vocabulary: GraphVocabulary
  /** A line under every molecule. @defaultValue none */
  readonly captions?: readonly string[] | undefined
  /** Molecules a row. @defaultValue 5 */
  readonly columns?: number | undefined
  /** Width and height of a molecule, in pixels. @defaultValue [180, 140] */
  readonly size?: readonly [width: number, height: number] | undefined
}

const captionHeight = 18

/**
 * Molecules drawn by RDKit in a grid, as one SVG without outer references. What RDKit refuses is drawn all the same where it can be, in
 * a red frame.
 *
 * @throws ConfigError for a vocabulary that is none of molecules, or captions that are not one for each
 */
export async function drawMolecules(graphs: readonly PackedGraph[], options: DrawMoleculesOptions): Promise<string> {
  const { vocabulary, captions, columns = 5, size: [width, height] = [180, 140] } = options
  if (captions && captions.length !== graphs.length)
    throw new ConfigError(`drawMolecules: expected a caption for each of ${graphs.length} molecules, got ${captions.length}`)
  if (!Number.isInteger(columns) || columns < 1)
    throw new ConfigError(`drawMolecules: expected at least one molecule a row, got ${columns}`)
  const rdkit = await loadRdkit()
  const cell = height + (captions ? captionHeight : 0)
  // Bonds of one length, but where a molecule would not fit.
  const details = JSON.stringify({ width, height, fixedBondLength: Math.min(width, height) / 5 })
  const draw = (graph: PackedGraph): string => {
    const smiles = smilesOf(graph, vocabulary)
    const valid = withMolecule(rdkit, smiles, (molecule) => molecule.get_svg_with_highlights(details))
    if (valid !== undefined) return nested(valid)
    const frame = `<rect x="1" y="1" width="${width - 2}" height="${height - 2}" fill="none" stroke="#c00" stroke-width="2"/>`
    const forced = withMolecule(rdkit, smiles, (molecule) => attempt(() => molecule.get_svg_with_highlights(details)), { sanitize: false })
    return (forced ? nested(forced) : `<text x="${width / 2}" y="${height / 2}" text-anchor="middle">not valid</text>`) + frame
  }
  const cells = graphs.map((graph, i) => {
    const caption = captions && `<text x="${width / 2}" y="${height + 13}" text-anchor="middle">${escaped(captions[i]!)}</text>`
    return `<g transform="translate(${(i % columns) * width}, ${Math.floor(i / columns) * cell})">${draw(graph)}${caption ?? ""}</g>`
  })
  const [across, down] = [Math.min(columns, Math.max(1, graphs.length)) * width, Math.max(1, Math.ceil(graphs.length / columns)) * cell]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:rdkit="http://www.rdkit.org/xml" width="${across}" height="${down}" viewBox="0 0 ${across} ${down}" font-family="sans-serif" font-size="12">`,
    `<rect width="${across}" height="${down}" fill="#fff"/>`,
    ...cells,
    "</svg>",
  ].join("\n")
}

/** A drawing of RDKit without the head of its file, so that it can stand inside another. */
const nested = (svg: string): string => svg.slice(svg.indexOf("<svg")).replaceAll(/<!--.*?-->\s*/g, "")

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** RDKit throws where it cannot draw what it did not sanitise. */
function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
