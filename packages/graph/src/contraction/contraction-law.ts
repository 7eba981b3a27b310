import type { Distribution } from "@scalewise/core"
import { ConfigError, tf } from "@scalewise/nn"
import { classEntropy, classLogProb, drawnClass } from "../refiner/logit-rows.ts"
import { gumbel, streamNoise, type CodeNoise } from "../process/code-noise.ts"
import {
  conditionalBernoulliEntropy,
  conditionalBernoulliLogProb,
  drawConditionalBernoulli,
  mostLikely,
  type ConditionalBernoulli,
} from "./conditional-bernoulli.ts"
import { tiltedToBudget } from "./edge-budget.ts"
import { contextOf, hiddenSites, splitQuotas, type GraphInProgress } from "./graph-in-progress.ts"
import { patternClasses } from "./pattern-head.ts"
import type { ResolvedSampling } from "./sampling-settings.ts"
import { unknownSplit } from "./split-input.ts"

/** What one step draws for one graph: a value for everything that is hidden, and the order in which some of it is shown. */
export interface CodeDraw {
  /** Splits of all nodes, or patterns of the hidden edges in `hiddenSites` order; empty in other phases. */
  readonly codes: Uint8Array
  /** Labels of all nodes and of all edges; those that are known already are kept. */
  readonly nodeLabels: Uint8Array
  readonly edgeLabels: Uint8Array
  /** Priority of each node (splits), site (patterns), or node and then edge (attributes): larger is shown earlier. */
  readonly priority: Float64Array
  /** Uniform numbers of the same items, for orders of random rounds. */
  readonly coin: Float32Array
  /** Noise of the nodes that the next network looks at. */
  readonly noise: Float32Array
}

/** Logits of a batch, one row for each item of the graphs in a phase. */
export interface ContractionLogits {
  /** Of no split and of a split [V, 2]. */
  readonly splits?: tf.Tensor
  /** [M, 15] */
  readonly patterns?: tf.Tensor
  /** [V, kinds of nodes] */
  readonly nodes?: tf.Tensor
  /** [E, kinds of edges] */
  readonly edges?: tf.Tensor
}

/** Where the rows of a graph begin in the logits of its phase. */
export interface LogitRows {
  readonly item: GraphInProgress
  /** First row in `splits`, `patterns` or `nodes`. */
  readonly from: number
  /** First row in `edges`. */
  readonly edgesFrom: number
}

/** The joint law of one step over the codes of all graphs of a batch (Eq. 18), independent given what each graph shows. */
export interface ContractionLaw extends Distribution<readonly CodeDraw[]> {
  readonly family: "contraction"
  readonly logits: ContractionLogits
  /** A draw from given noise, one for each graph; what `sample` does with the numbers of a stream. */
  decide(noiseOf: (row: number) => CodeNoise): readonly CodeDraw[]
}

/** Options of `contractionLaw`. */
export interface ContractionLawOptions {
  readonly rows: readonly LogitRows[]
  readonly settings: ResolvedSampling
  /** Width of the nodes' noise. */
  readonly noise: number
  /** Kinds of nodes and edges. */
  readonly kinds: { readonly nodes: number; readonly edges: number }
}

/** The law of the codes, from the networks' logits. Tensors belong to the `tf.tidy` that it was made in. */
export function contractionLaw(logits: ContractionLogits, options: ContractionLawOptions): ContractionLaw {
  const { rows, settings, noise: noiseWidth, kinds } = options
  const values: Partial<Record<keyof ContractionLogits, Float32Array>> = {}
  const valuesOf = (name: keyof ContractionLogits): Float32Array =>
    (values[name] ??= (logits[name]?.dataSync() as Float32Array) ?? new Float32Array())

  /** Laws of the hidden splits of a graph, one for each quota, and the nodes that they are about. */
  const splitLaws = ({ item, from }: LogitRows): { readonly nodes: Int32Array; readonly law: ConditionalBernoulli }[] =>
    splitQuotas(item, settings.blockQuota).map(({ nodes, splits }) => {
      const hidden = nodes.filter((v) => item.splits[v] === unknownSplit)
      const known = nodes.reduce((sum, v) => sum + (item.splits[v] === 1 ? 1 : 0), 0)
      const table = valuesOf("splits")
      return {
        nodes: hidden,
        law: {
          logOdds: Float64Array.from(hidden, (v) => table[2 * (from + v) + 1]! - table[2 * (from + v)]!),
          count: Math.min(Math.max(splits - known, 0), hidden.length),
        },
      }
    })

  /** Logits of the hidden patterns of a graph [sites, 15]. */
  const patternLogits = ({ item, from }: LogitRows, sites: Int32Array): Float32Array => {
    const own = valuesOf("patterns").slice(from * patternClasses, (from + sites.length) * patternClasses)
    const cooled = settings.patternTemperature === 1 ? own : own.map((logit) => logit / settings.patternTemperature)
    return settings.edgeBudget ? tiltedToBudget(cooled, contextOf(item).nextEdges - pairsPlaced(item)) : cooled
  }

  const decideRow = (row: LogitRows, noise: CodeNoise | undefined): CodeDraw => {
    const { item } = row
    const { graph, phase } = item
    const edges = graph.edges.length / 2
    const upcoming = noise ? noise.normals("next", nodesAhead(item), noiseWidth) : new Float32Array(nodesAhead(item) * noiseWidth)
    const empty = { codes: new Uint8Array(), nodeLabels: item.nodeLabels, edgeLabels: item.edgeLabels, noise: upcoming }
    if (phase === "splits") {
      const codes = item.splits.slice()
      const attempts: Float32Array[] = []
      for (const { nodes, law } of splitLaws(row)) {
        const uniform = (at: number, attempt: number): number =>
          (attempts[attempt] ??= noise!.nodes(`split ${attempt}`, graph.nodes, 1))[nodes[at]!]!
        const chosen = noise ? drawConditionalBernoulli(law, uniform) : mostLikely(law.logOdds, law.count)
        for (const [at, v] of nodes.entries()) codes[v] = chosen[at]!
      }
      const coin = noise?.nodes("show", graph.nodes, 1) ?? new Float32Array(graph.nodes)
      return { ...empty, codes, coin, priority: Float64Array.from(coin) }
    }
    if (phase === "patterns") {
      const sites = hiddenSites(item)
      const table = patternLogits(row, sites)
      const codes = new Uint8Array(sites.length)
      const uniforms = noise?.edges("pattern", edges, patternClasses)
      const coins = noise?.edges("show", edges, 2)
      const coin = new Float32Array(sites.length)
      const priority = new Float64Array(sites.length)
      const confidence = settings.patterns.kind === "local-maxima" ? settings.patterns.confidence : undefined
      for (const [site, edge] of sites.entries()) {
        const { drawn, logProb } = drawnClass(table, site * patternClasses, patternClasses, (c) =>
          uniforms ? gumbel(uniforms[edge * patternClasses + c]!) : 0,
        )
        codes[site] = drawn + 1
        coin[site] = coins?.[2 * edge] ?? 0
        // Both numbers together have 48 bits: of two equal priorities the edge's own number would decide.
        const place = coins ? coins[2 * edge + 1]! + coins[2 * edge]! * 2 ** -24 : 0
        priority[site] = !coins ? logProb : confidence ? logProb + confidence.noise * gumbel(coins[2 * edge + 1]!) : place
      }
      return { ...empty, codes, coin, priority }
    }
    if (phase === "attributes") {
      const [nodeLabels, edgeLabels] = [item.nodeLabels.slice(), item.edgeLabels.slice()]
      const coin = new Float32Array(graph.nodes + edges)
      const priority = new Float64Array(graph.nodes + edges)
      const draw = (of: "nodes" | "edges", labels: Uint8Array, from: number, count: number, at: number): void => {
        const uniforms = noise?.[of]("label", count, kinds[of])
        const coins = noise?.[of]("show", count, 2)
        for (let i = 0; i < count; i++) {
          if (labels[i] !== kinds[of]) continue
          const start = (from + i) * kinds[of]
          const found = drawnClass(valuesOf(of), start, kinds[of], (c) => (uniforms ? gumbel(uniforms[i * kinds[of] + c]!) : 0))
          labels[i] = found.drawn
          coin[at + i] = coins?.[2 * i] ?? 0
          priority[at + i] = coins?.[2 * i + 1] ?? found.logProb
        }
      }
      draw("nodes", nodeLabels, row.from, graph.nodes, 0)
      draw("edges", edgeLabels, row.edgesFrom, edges, graph.nodes)
      return { ...empty, nodeLabels, edgeLabels, coin, priority }
    }
    return { ...empty, coin: new Float32Array(), priority: new Float64Array() }
  }

  /** Sums `term` over what each graph hides. */
  const perGraph = (
    splits: (law: ConditionalBernoulli, nodes: Int32Array, row: number) => number,
    category: (logits: Float32Array, at: number, classes: number, drawn: (draw: CodeDraw) => number, row: number) => number,
  ): tf.Tensor =>
    tf.tensor1d(
      rows.map((row, b) => {
        const { item } = row
        if (item.phase === "splits") return splitLaws(row).reduce((sum, { law, nodes }) => sum + splits(law, nodes, b), 0)
        if (item.phase === "patterns") {
          const table = patternLogits(row, hiddenSites(item))
          const sites = table.length / patternClasses
          return sumOver(sites, (site) => category(table, site * patternClasses, patternClasses, ({ codes }) => codes[site]! - 1, b))
        }
        if (item.phase !== "attributes") return 0
        const labelled = (of: "nodes" | "edges", labels: Uint8Array, from: number, read: (draw: CodeDraw) => Uint8Array): number =>
          sumOver(labels.length, (i) =>
            labels[i] === kinds[of] ? category(valuesOf(of), (from + i) * kinds[of], kinds[of], (draw) => read(draw)[i]!, b) : 0,
          )
        return (
          labelled("nodes", item.nodeLabels, row.from, ({ nodeLabels }) => nodeLabels) +
          labelled("edges", item.edgeLabels, row.edgesFrom, ({ edgeLabels }) => edgeLabels)
        )
      }),
    )

  const decide: ContractionLaw["decide"] = (noiseOf) => rows.map((row, b) => decideRow(row, noiseOf(b)))
  return {
    family: "contraction",
    logits,
    decide,
    sample: (random) => decide((row) => streamNoise(random.row(row))),
    mode: () => rows.map((row) => decideRow(row, undefined)),
    logProb: (draws) =>
      perGraph(
        (law, nodes, b) =>
          conditionalBernoulliLogProb(
            law,
            Uint8Array.from(nodes, (v) => draws[b]!.codes[v]!),
          ),
        (table, at, classes, drawn, b) => classLogProb(table, at, classes, drawn(draws[b]!)),
      ),
    entropy: () => perGraph(conditionalBernoulliEntropy, (table, at, classes) => classEntropy(table, at, classes)),
    guidedFrom(unconditional, scale) {
      const others = (unconditional as ContractionLaw).logits
      if (!others) throw new ConfigError("contractionLaw: expected to be guided from another law of the same kind")
      return contractionLaw(
        mapped(logits, (own, name) => own.add(own.sub(others[name]!).mul(scale - 1))),
        options,
      )
    },
    mapLogits: (map) =>
      contractionLaw(
        mapped(logits, (own) => map(own)),
        options,
      ),
  }
}

/** Pairs of the next level that are known. */
function pairsPlaced({ children, patterns }: GraphInProgress): number {
  let placed = children!.siblings
  for (let bits of patterns) for (; bits > 0; bits >>= 1) placed += bits & 1
  return placed
}

/** Nodes that the next network can look at: those of this level, of the next, or of the one after. */
function nodesAhead({ sizes, level, graph }: GraphInProgress): number {
  return Math.max(graph.nodes, sizes.nodes[level + 1] ?? 0, sizes.nodes[level + 2] ?? 0)
}

const mapped = (logits: ContractionLogits, map: (tensor: tf.Tensor, name: keyof ContractionLogits) => tf.Tensor): ContractionLogits =>
  Object.fromEntries(
    Object.entries(logits).map(([name, tensor]: [string, tf.Tensor]) => [
      name,
      tf.tidy(() => map(tensor, name as keyof ContractionLogits)),
    ]),
  )

const sumOver = (count: number, term: (i: number) => number): number => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += term(i)
  return sum
}
