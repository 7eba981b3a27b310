import { tf, type RandomStream } from "@scalewise/nn"
import { transposedPattern } from "../contraction/child-pairs.ts"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { ContractionLaw, CodeDraw } from "../contraction/contraction-law.ts"
import { contractionProcess, type ContractionState } from "../contraction/contraction-process.ts"
import { hiddenSites, type GraphInProgress } from "../contraction/graph-in-progress.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import { patternClasses } from "../contraction/pattern-head.ts"
import type { ContractionSampling } from "../contraction/sampling-settings.ts"
import { deviating, noDeviation, relative, relativeDifference } from "./deviation.ts"
import { firstLineage, lineageAfter, lineageNoise, withNodeNoise, type Lineage } from "./lineage-noise.ts"
import type { InvarianceSubject } from "./network-outputs.ts"
import { isSameItem, renamedItem } from "./renamed-item.ts"
import { inverse, renaming } from "./renaming.ts"

/** What `samplerInvariance` finds. */
export interface SamplerInvariance {
  /** Graphs that were drawn twice, and the steps that this took. */
  readonly graphs: number
  readonly steps: number
  /** Graphs that did not come out as the renamed first one, to the last code. */
  readonly differing: number
  /** Of these, graphs that parted at a draw which the rounding of logits decides: with the other run's logits the draw is the other one. */
  readonly ties: number
  /** Largest deviation of the logits of a step, in units of the largest logit. */
  readonly logits: number
  /** Largest deviation of the log-likelihood of the codes of a graph, as a part of it. */
  readonly likelihood: number
}

/** Options of `samplerInvariance`. */
export interface SamplerCheckOptions {
  readonly random: RandomStream
  readonly sizes: readonly LevelSizes[]
  readonly sampling?: ContractionSampling
  /** @defaultValue 8 */
  readonly graphs?: number
  /** Nodes of each. @defaultValue drawn from `sizes` */
  readonly nodes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The whole sampler under renaming. Every graph is drawn twice, step by step, by the process itself, with noise whose numbers belong to nodes
 * (by their lineage) and to pairs of them: once as it is, and once with all nodes renamed at random after every step. After each step the second graph
 * has to be the first one under the names that the first one's renaming induces, in every split, pattern and label.
 */
export function samplerInvariance(subject: InvarianceSubject, options: SamplerCheckOptions): SamplerInvariance {
  const { config, parameters, networks } = subject
  const { random, sizes, sampling = {}, graphs = 8, nodes, signal } = options
  const process = contractionProcess({ config, parameters, sizes, sampling, ...(networks && { networks }) })
  let [steps, differing, ties, likelihood] = [0, 0, 0, 0]
  let logits = noDeviation
  for (let b = 0; b < graphs; b++) {
    const own = random.fold(b)
    const start = process.start(1, nodes === undefined ? {} : { nodes }, random.fold("start").samples([b]))
    const first = start.graphs()[0]!
    const lineage = lineageAfter(first, firstLineage, 0) // the single node may have split already, where nothing is to be drawn
    let plain: Run = { item: withNodeNoise(first, lineage, config.noise, own.fold("noise").fold(0)), lineage, nats: 0 }
    let moved: Run = plain
    for (let step = 1; plain.item.phase !== "finished"; step++, steps++) {
      signal?.throwIfAborted()
      const noise = own.fold("codes").fold(step)
      const order = namesIn(moved.lineage, plain.lineage)!
      let [next, nextMoved, isEqual, isTie] = [plain, moved, false, false]
      tf.tidy(() => {
        const [law, otherLaw] = [lawAt(plain.item, step), lawAt(moved.item, step)]
        const ownLogits = tablesOf(law, plain.item)
        const otherLogits = renamedTables(tablesOf(otherLaw, moved.item), moved.item, inverse(order))
        let here = noDeviation
        for (const name of Object.keys(ownLogits)) {
          logits = deviating(logits, ownLogits[name]!, otherLogits[name]!)
          here = deviating(here, ownLogits[name]!, otherLogits[name]!)
        }
        next = advanced(plain, law, noise)
        nextMoved = advanced(moved, otherLaw, noise)
        isEqual = isRenamed(next, nextMoved, config)
        if (isEqual || relative(here) > rounding) return
        const swapped = law.mapLogits!((tensor) => {
          const [name] = Object.entries(law.logits).find(([, one]) => one === tensor)!
          return tf.tensor(lawRows(name, otherLogits[name]!, tensor, plain.item), tensor.shape)
        }) as ContractionLaw
        isTie = isRenamed(advanced(plain, swapped, noise), nextMoved, config)
      })
      if (!isEqual) {
        differing++
        if (isTie) ties++
        else likelihood = Math.max(likelihood, relativeDifference(next.nats, nextMoved.nats))
        break
      }
      const fresh = own.fold("noise").fold(step)
      plain = { ...next, item: withNodeNoise(next.item, next.lineage, config.noise, fresh) }
      const names = own.fold("names").fold(step).permutation(nextMoved.item.graph.nodes)
      const renamed = renamedItem(withNodeNoise(nextMoved.item, nextMoved.lineage, config.noise, fresh), names, config)
      moved = { item: renamed, lineage: Array.from(inverse(names), (v) => nextMoved.lineage[v]!), nats: nextMoved.nats }
    }
    likelihood = Math.max(likelihood, relativeDifference(plain.nats, moved.nats))
  }
  return { graphs, steps, differing, ties, logits: relative(logits), likelihood }

  function lawAt(item: GraphInProgress, step: number): ContractionLaw {
    return process.predict(stateOf(item), step, {}) as ContractionLaw
  }
  function advanced({ item, lineage, nats }: Run, law: ContractionLaw, noise: RandomStream): Run {
    const draw = law.decide(() => lineageNoise(noise, item, lineage)) as readonly [CodeDraw]
    const next = process.advance(stateOf(item), 0, draw).graphs()[0]!
    return { item: next, lineage: lineageAfter(next, lineage, item.past.length), nats: nats + law.logProb(draw).dataSync()[0]! }
  }
}

/** A graph on its way, who its nodes are, and the log-probability of its codes so far. */
interface Run {
  readonly item: GraphInProgress
  readonly lineage: Lineage
  readonly nats: number
}

const stateOf = (item: GraphInProgress): ContractionState => ({ graphs: () => [item] })

/** For each node of `to` its number in `from`, by lineage; undefined where the two are not the same nodes. */
function namesIn(from: Lineage, to: Lineage): Int32Array | undefined {
  const numbers = new Map(from.map((name, v) => [name, v]))
  if (from.length !== to.length || !to.every((name) => numbers.has(name))) return undefined
  return Int32Array.from(to, (name) => numbers.get(name)!)
}

/** Whether the second run is the first one under other names. */
function isRenamed(plain: Run, moved: Run, config: ContractionConfig): boolean {
  const order = namesIn(moved.lineage, plain.lineage)
  return order !== undefined && isSameItem(renamedItem(plain.item, order, config), moved.item)
}

type Tables = Record<string, Float32Array>

/** The logits of a law as plain numbers; patterns by edge, with zeros where nothing is hidden or allowed. */
function tablesOf({ logits }: ContractionLaw, item: GraphInProgress): Tables {
  const tables: Tables = {}
  for (const [name, tensor] of Object.entries(logits)) {
    const values = (tensor as tf.Tensor).dataSync() as Float32Array
    if (name !== "patterns") {
      tables[name] = values
      continue
    }
    const byEdge = new Float32Array(patternClasses * item.patterns.length)
    for (const [site, edge] of hiddenSites(item).entries())
      byEdge.set(
        values.subarray(site * patternClasses, (site + 1) * patternClasses).map((logit) => (logit < forbidden ? 0 : logit)),
        edge * patternClasses,
      )
    tables[name] = byEdge
  }
  return tables
}

/** Relative differences of logits up to here are a matter of the order of sums. */
const rounding = 1e-5

/** Logits below are those of patterns that cannot be. */
const forbidden = -1e8

/** Tables of a graph under other names: node v becomes `order[v]`. */
function renamedTables(tables: Tables, item: GraphInProgress, order: Int32Array): Tables {
  const moved = renaming(item.graph, order)
  return Object.fromEntries(
    Object.entries(tables).map(([name, values]) => {
      const places = name === "patterns" || name === "edges" ? moved.edges : order
      const width = places.length === 0 ? 0 : values.length / places.length
      const found = new Float32Array(values.length)
      for (const [from, place] of places.entries())
        for (let c = 0; c < width; c++) {
          const of = name === "patterns" && moved.turned[from] ? transposedPattern(c + 1) - 1 : c
          found[place * width + c] = values[from * width + of]!
        }
      return [name, found]
    }),
  )
}

/** A table in the rows of a law's logits: those of hidden patterns alone, and with what the law itself forbids. */
function lawRows(name: string, table: Float32Array, logits: tf.Tensor, item: GraphInProgress): Float32Array {
  if (name !== "patterns") return table
  const sites = hiddenSites(item)
  return (logits.dataSync() as Float32Array).map((logit, at) =>
    logit < forbidden ? logit : table[sites[Math.floor(at / patternClasses)]! * patternClasses + (at % patternClasses)]!,
  )
}
