import type { Distribution } from "@scalewise/core"
import { ConfigError, tf } from "@scalewise/nn"
import { gumbel, streamNoise, type CodeNoise } from "./code-noise.ts"
import { classEntropy, classLogProb, drawnClass } from "../refiner/logit-rows.ts"

/** What a step draws for: the whole graph (one site), its nodes, or its pairs. */
export type SitePart = "globals" | "nodes" | "pairs"

const parts: readonly SitePart[] = ["globals", "nodes", "pairs"]

/** What one step draws for one graph: a class for each site of each part, and noise for what comes next. */
export interface SiteDraw {
  readonly globals: Uint16Array
  readonly nodes: Uint16Array
  readonly pairs: Uint16Array
  /** Standard normal numbers of the nodes [nodes, noise]. */
  readonly noise: Float32Array
}

/** Rows of logits, natural and not necessarily normalised. */
export interface SiteTable {
  readonly logits: Float32Array
  readonly classes: number
}

/** Logits of a network [sites of all graphs, classes], of the parts that a step draws. */
export type SiteLogits = Readonly<Partial<Record<SitePart, tf.Tensor>>>

/** Independent categorical laws of the sites of several graphs of any sizes (Eq. 18). */
export interface SiteLaw extends Distribution<readonly SiteDraw[]> {
  readonly family: "sites"
  readonly logits: SiteLogits
  /** A draw from given noise, one for each graph; what `sample` does with the numbers of a stream. */
  decide(noiseOf: (row: number) => CodeNoise): readonly SiteDraw[]
}

/** Options of `siteLaw`. */
export interface SiteLawOptions {
  /** Nodes of each graph. */
  readonly nodes: readonly number[]
  /** Width of the nodes' noise. */
  readonly noise: number
  /** Logits of the draws from those of the network. @defaultValue the same */
  readonly tableOf?: (part: SitePart, table: SiteTable) => SiteTable
}

/** Sites of a graph of n nodes in a part. */
export const siteCount = (part: SitePart, nodes: number): number =>
  part === "globals" ? 1 : part === "nodes" ? nodes : (nodes * (nodes - 1)) / 2

/** Number of the first site of each graph in a part. */
function firstSites(part: SitePart, nodes: readonly number[]): number[] {
  let next = 0
  return nodes.map((n) => {
    const first = next
    next += siteCount(part, n)
    return first
  })
}

/** The law of a step, from the networks' logits: sites of the first graph first. Its tensors belong to the `tf.tidy` it was made in. */
export function siteLaw(logits: SiteLogits, options: SiteLawOptions): SiteLaw {
  const { nodes, noise: noiseWidth, tableOf = (_, table) => table } = options
  const present = parts.filter((part) => logits[part])
  const tables: Partial<Record<SitePart, SiteTable>> = {}
  const tableFor = (part: SitePart): SiteTable =>
    (tables[part] ??= tableOf(part, { logits: logits[part]!.dataSync() as Float32Array, classes: logits[part]!.shape.at(-1)! }))
  const firstSite = { globals: firstSites("globals", nodes), nodes: firstSites("nodes", nodes), pairs: firstSites("pairs", nodes) }

  const drawPart = (part: SitePart, row: number, noise: CodeNoise | undefined): Uint16Array => {
    if (!logits[part]) return new Uint16Array()
    const { logits: values, classes } = tableFor(part)
    const count = siteCount(part, nodes[row]!)
    const uniforms = noise?.[part === "pairs" ? "edges" : "nodes"](part, count, classes)
    return Uint16Array.from({ length: count }, (_, site) => {
      const at = (firstSite[part][row]! + site) * classes
      return drawnClass(values, at, classes, (c) => (uniforms ? gumbel(uniforms[site * classes + c]!) : 0)).drawn
    })
  }
  const drawRow = (row: number, noise: CodeNoise | undefined): SiteDraw => ({
    globals: drawPart("globals", row, noise),
    nodes: drawPart("nodes", row, noise),
    pairs: drawPart("pairs", row, noise),
    noise: noise ? noise.normals("next", nodes[row]!, noiseWidth) : new Float32Array(nodes[row]! * noiseWidth),
  })
  const perGraph = (term: (table: SiteTable, at: number, part: SitePart, row: number, site: number) => number): tf.Tensor =>
    tf.tensor1d(
      nodes.map((n, row) => {
        let sum = 0
        for (const part of present) {
          const table = tableFor(part)
          for (let site = 0; site < siteCount(part, n); site++)
            sum += term(table, (firstSite[part][row]! + site) * table.classes, part, row, site)
        }
        return sum
      }),
    )
  const mapped = (map: (own: tf.Tensor, part: SitePart) => tf.Tensor): SiteLogits =>
    Object.fromEntries(present.map((part) => [part, tf.tidy(() => map(logits[part]!, part))]))

  const decide: SiteLaw["decide"] = (noiseOf) => nodes.map((_, row) => drawRow(row, noiseOf(row)))
  return {
    family: "sites",
    logits,
    decide,
    sample: (random) => decide((row) => streamNoise(random.row(row))),
    mode: () => nodes.map((_, row) => drawRow(row, undefined)),
    logProb: (draws) =>
      perGraph(({ logits: values, classes }, at, part, row, site) => classLogProb(values, at, classes, draws[row]![part][site]!)),
    entropy: () => perGraph(({ logits: values, classes }, at) => classEntropy(values, at, classes)),
    guidedFrom(unconditional, scale) {
      const others = (unconditional as SiteLaw).logits
      if (!others) throw new ConfigError("siteLaw: expected to be guided from another law of the same kind")
      return siteLaw(
        mapped((own, part) => own.add(own.sub(others[part]!).mul(scale - 1))),
        options,
      )
    },
    mapLogits: (map) =>
      siteLaw(
        mapped((own) => map(own)),
        options,
      ),
  }
}
