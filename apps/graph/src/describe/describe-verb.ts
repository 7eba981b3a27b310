import { defineVerb, exitCode, formatCount, textTable, type Verb } from "@scalewise/cli"
import type { GraphDescription } from "@scalewise/graph"

interface Options {
  readonly simplify?: boolean
  readonly splitField?: string
}

interface DescribedGraph extends GraphDescription {
  readonly id: string
  readonly split: string | null
}

/** At most so many graphs in the text; `--json` has all. */
const mostLines = 40

/** `describe FILE`: what the metrics see in every graph of a file. */
export const describeVerb: Verb = defineVerb<undefined, Options>({
  name: "describe",
  summary: "describe every graph of a file: degrees, orbits, spectrum, triangles, planarity",
  description:
    "Gives the numbers behind the statistics of `evaluate`, graph by graph. --json has the degree histogram, the totals of the 15 orbits of graphlets on two to four " +
    "nodes, all eigenvalues of the normalised Laplacian, triangles, the mean clustering coefficient, and whether the graph is connected and planar.",
  arguments: [{ name: "<file>", description: "graphs: .jsonl, .json, .graphml, .gexf, .smi or edge lists, each also with .gz" }],
  options: [
    { flags: "--simplify", description: "remove self-loops and repeated edges, forget directions" },
    { flags: "--split-field <name>", description: 'field that names the split (default: "split")' },
  ],
  examples: ["describe graphs.jsonl", "describe network.graphml --json"],
  async run({ arguments: [at], options, signal, output, progress }) {
    const file = at!
    const { describeGraph, readGraphs } = await import("@scalewise/graph")
    const { graphs, ids, splits, faults } = await readGraphs(file, options)
    const bar = progress({ label: "describing", total: graphs.length })
    const described: DescribedGraph[] = []
    try {
      for (const [i, graph] of graphs.entries()) {
        signal.throwIfAborted()
        described.push({ id: ids[i]!, split: splits[i] ?? null, ...describeGraph(graph) })
        bar.update({ done: i + 1 })
        if (i % 16 === 0) await new Promise(setImmediate) // lets Ctrl-C through
      }
    } finally {
      bar.stop()
    }
    output.data({ file, count: described.length, graphs: described, faults }, () => descriptionText(file, described))
    if (faults.length > 0) output.warn(faults.length === 1 ? faults[0]! : `${faults.length} faults; the first: ${faults[0]}`)
    return exitCode.ok
  },
})

function descriptionText(file: string, graphs: readonly DescribedGraph[]): string {
  const answer = (yes: boolean): string => (yes ? "yes" : "no")
  const rows = graphs
    .slice(0, mostLines)
    .map(({ id, nodes, edges, degreeHistogram, triangles, clustering, laplacianSpectrum, connected, planar }) => [
      id,
      formatCount(nodes),
      formatCount(edges),
      String(Math.max(0, degreeHistogram.length - 1)),
      formatCount(triangles),
      clustering.toFixed(3),
      laplacianSpectrum[1]?.toFixed(4) ?? "",
      laplacianSpectrum.at(-1)?.toFixed(4) ?? "",
      answer(connected),
      answer(planar),
    ])
  const header = [
    "graph",
    "nodes",
    "edges",
    "largest degree",
    "triangles",
    "clustering",
    "second eigenvalue",
    "largest",
    "connected",
    "planar",
  ]
  const rest = graphs.length - rows.length
  return [
    `${file}: ${formatCount(graphs.length)} graphs`,
    textTable(header, rows),
    ...(rest > 0 ? [`and ${formatCount(rest)} more; --json has all, with degree histograms, orbits and spectra`] : []),
  ].join("\n\n")
}
