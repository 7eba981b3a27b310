import {
  drawMolecules,
  forceLayout,
  growthLayout,
  isMoleculeVocabulary,
  type GraphModel,
  type PackedGraph,
  type SampledGraph,
} from "@scalewise/graph"
import { graphFigure, type Chart, type DrawnGraph, type Html } from "@scalewise/report"

/** Graphs in a row of the page. */
const shown = 5

/** Generated graphs above real ones; molecules as chemists draw them. */
export async function sideBySide(
  { vocabulary }: Pick<GraphModel, "vocabulary">,
  generated: readonly PackedGraph[],
  real: readonly PackedGraph[],
): Promise<{ readonly figure: Html; readonly svg: string }> {
  if (isMoleculeVocabulary(vocabulary)) {
    const some = [...generated.slice(0, 2 * shown), ...real.slice(0, shown)]
    const captions = some.map((_, i) => (i < Math.min(2 * shown, generated.length) ? "generated" : "real"))
    const svg = await drawMolecules(some, { vocabulary, captions, columns: shown, size: [125, 100] })
    return {
      figure: {
        html: `<figure>${svg}<figcaption>Generated molecules, and real ones in the last row. What RDKit refuses stands in a red frame.</figcaption></figure>`,
      },
      svg,
    }
  }
  const chart = graphFigure({
    title: "Generated and real",
    description: "Generated graphs in the first row, test graphs in the second; drawn by the same layout.",
    rows: [
      { label: "generated", graphs: generated.slice(0, shown).map(drawn) },
      { label: "real", graphs: real.slice(0, shown).map(drawn) },
    ],
  })
  return withSvg(chart)
}

/** The film of one graph: every level, children where their parents were. */
export function film({ graph, film: past }: SampledGraph): { readonly figure: Html; readonly svg: string } {
  const levels = [...past.map((level) => level.graph), graph]
  const pictures = growthLayout(
    levels,
    past.map(({ parent }) => parent),
  )
  const chart = graphFigure({
    title: "A graph grows",
    description:
      "One generated graph from a single node to its last level. A node is as large as what it will become; colours follow the nodes of an early level.",
    columns: 4,
    rows: [
      {
        film: true,
        graphs: pictures.map(({ positions, descendants, groups }, k) => ({
          positions,
          edges: levels[k]!.edges,
          nodeSeries: groups,
          nodeSizes: Float64Array.from(descendants, (count) => Math.min(4, Math.sqrt(count))),
          caption: sizeOf(levels[k]!),
        })),
      },
    ],
  })
  return withSvg(chart)
}

const drawn = (graph: PackedGraph): DrawnGraph => ({
  positions: forceLayout(graph),
  edges: graph.edges,
  caption: sizeOf(graph),
})

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const sizeOf = ({ nodes, edges }: PackedGraph): string => `${counted(nodes, "node")}, ${counted(edges.length / 2, "edge")}`

const withSvg = (chart: Chart): { readonly figure: Html; readonly svg: string } => ({ figure: chart, svg: chart.svg })

/** A drawing as PNG, twice as large for sharp screens, on white. */
export async function pngOf(svg: string): Promise<Buffer> {
  const { default: sharp } = await import("sharp")
  return sharp(Buffer.from(svg), { density: 144 }).flatten({ background: "#fff" }).png().toBuffer()
}
