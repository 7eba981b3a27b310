import { randomStream, type RandomStream } from "@scalewise/nn"
import { louvainBlocks } from "../contraction/louvain-blocks.ts"
import { adjacencyOf, type PackedGraph } from "../graph/packed-graph.ts"

/** A graph's nodes in blocks, and the edges within and between these. */
export interface BlockPartition {
  /** Block of every node. */
  readonly block: Int32Array
  readonly sizes: Int32Array
  /** [blocks, blocks], symmetric: edges between two blocks; within one on the diagonal, each once. */
  readonly edges: Int32Array
  /** Integrated complete-data log-likelihood in nats: what the partition maximises. */
  readonly icl: number
}

/** Options of `blockPartition`. */
export interface BlockPartitionOptions {
  /** Orders of the search. @defaultValue a fixed stream: one graph always gets the same blocks */
  readonly random?: RandomStream | undefined
  /** Searches, each from other communities; the best wins. @defaultValue 2 */
  readonly starts?: number | undefined
}

/**
 * Blocks of a Bernoulli stochastic block model with the highest ICL found (Daudin, Picard and Robin, 2008; here exact: densities are
 * integrated over uniform priors, partitions have the microcanonical prior of Peixoto, 2017). From Louvain communities, single nodes
 * move and blocks merge as long as that raises it.
 */
export function blockPartition(graph: PackedGraph, options: BlockPartitionOptions = {}): BlockPartition {
  const { random = randomStream("block partition"), starts = 2 } = options
  const search = new BlockSearch(graph)
  if (graph.edges.length === 0) return search.climb(new Int32Array(graph.nodes), random)
  return Array.from({ length: starts }, (_, start) => {
    const stream = random.fold(start)
    return search.climb(louvainBlocks(graph, stream.fold("communities")), stream)
  }).reduce((best, found) => (found.icl > best.icl ? found : best))
}

class BlockSearch {
  readonly #graph: PackedGraph
  readonly #offsets: Int32Array
  readonly #neighbours: Int32Array
  #block = new Int32Array()
  #sizes: number[] = []
  /** Edges between blocks, on the diagonal within: rows of a symmetric matrix. */
  #edges: number[][] = []

  constructor(graph: PackedGraph) {
    this.#graph = graph
    const { offsets, neighbours } = adjacencyOf(graph)
    this.#offsets = offsets
    this.#neighbours = neighbours
  }

  /** The best partition that moves and merges reach. */
  climb(start: Int32Array, random: RandomStream): BlockPartition {
    this.#begin(start)
    while (this.#merge()) {} // moves between few blocks are cheaper
    for (let round = 0; round < 100; round++) {
      let changed = false
      for (const v of random.fold(round).permutation(this.#graph.nodes)) changed = this.#move(v) || changed
      while (this.#merge()) changed = true
      if (!changed) break
    }
    return {
      block: this.#block,
      sizes: Int32Array.from(this.#sizes),
      edges: Int32Array.from(this.#edges.flat()),
      icl: this.#icl(),
    }
  }

  #begin(start: Int32Array): void {
    this.#block = Int32Array.from(start)
    const count = start.reduce((most, block) => Math.max(most, block + 1), 0)
    this.#sizes = Array.from({ length: count }, () => 0)
    this.#edges = Array.from({ length: count }, () => Array.from({ length: count }, () => 0))
    for (const block of start) this.#sizes[block]!++
    for (let e = 0; e < this.#graph.edges.length; e += 2)
      this.#addEdges(start[this.#graph.edges[e]!]!, start[this.#graph.edges[e + 1]!]!, 1)
    for (let r = count - 1; r >= 0; r--) if (this.#sizes[r] === 0) this.#drop(r)
  }

  #addEdges(r: number, s: number, count: number): void {
    this.#edges[r]![s]! += count
    if (r !== s) this.#edges[s]![r]! += count
  }

  #pair(r: number, s: number): number {
    const pairs = r === s ? (this.#sizes[r]! * (this.#sizes[r]! - 1)) / 2 : this.#sizes[r]! * this.#sizes[s]!
    const edges = this.#edges[r]![s]!
    return evidence(edges, pairs)
  }

  /** All of the evidence that blocks r and s enter. */
  #pairsOf(r: number, s: number): number {
    let sum = 0
    for (let t = 0; t < this.#sizes.length; t++) {
      sum += this.#pair(r, t)
      if (s !== r && t !== r) sum += this.#pair(s, t)
    }
    return sum
  }

  /** log p of the partition but for the sizes' factorials: the number of blocks, then their sizes, uniform each. */
  #countPrior(blocks: number): number {
    const n = this.#graph.nodes
    return n === 0 ? 0 : -Math.log(n) - (logFactorial(n - 1) - logFactorial(blocks - 1) - logFactorial(n - blocks)) - logFactorial(n)
  }

  #icl(): number {
    let sum = this.#countPrior(this.#sizes.length)
    for (const [r, size] of this.#sizes.entries()) {
      sum += logFactorial(size)
      for (let s = 0; s <= r; s++) sum += this.#pair(r, s)
    }
    return sum
  }

  /** Edges of node v into each block. */
  #ties(v: number): number[] {
    const ties = Array.from({ length: this.#sizes.length }, () => 0)
    for (let i = this.#offsets[v]!; i < this.#offsets[v + 1]!; i++) ties[this.#block[this.#neighbours[i]!]!]!++
    return ties
  }

  #shift(v: number, from: number, to: number, ties: readonly number[]): void {
    for (const [t, count] of ties.entries()) {
      this.#addEdges(from, t, -count)
      this.#addEdges(to, t, count)
    }
    this.#sizes[from]!--
    this.#sizes[to]!++
    this.#block[v] = to
  }

  /** Puts node v where the ICL is highest, in a new block too; whether it moved. */
  #move(v: number): boolean {
    const from = this.#block[v]!
    const alone = this.#sizes[from] === 1
    if (!alone) this.#addBlock()
    const blocks = this.#sizes.length // one of them is empty, or becomes so
    const ties = this.#ties(v)
    const value = (to: number): number => {
      const before = this.#pairsOf(from, to) + logFactorial(this.#sizes[from]!) + logFactorial(this.#sizes[to]!)
      this.#shift(v, from, to, ties)
      const after = this.#pairsOf(from, to) + logFactorial(this.#sizes[from]!) + logFactorial(this.#sizes[to]!)
      this.#shift(v, to, from, ties)
      const isNew = !alone && to === blocks - 1
      const gone = alone ? this.#countPrior(blocks - 1) - this.#countPrior(blocks) : 0
      return after - before + (isNew ? this.#countPrior(blocks) - this.#countPrior(blocks - 1) : gone)
    }
    let [best, gain] = [from, 1e-9]
    for (let to = 0; to < blocks; to++) {
      if (to === from) continue
      const found = value(to)
      if (found > gain) [best, gain] = [to, found]
    }
    if (best !== from) this.#shift(v, from, best, ties)
    for (let r = blocks - 1; r >= 0; r--) if (this.#sizes[r] === 0) this.#drop(r)
    return best !== from
  }

  /** Merges the two blocks that raise the ICL most; whether two did. */
  #merge(): boolean {
    const blocks = this.#sizes.length
    let [gain, keep, lose] = [1e-9, -1, -1]
    const prior = this.#countPrior(blocks - 1) - this.#countPrior(blocks)
    for (let r = 0; r < blocks; r++)
      for (let s = 0; s < r; s++) {
        const found = this.#mergeGain(s, r) + prior
        if (found > gain) [gain, keep, lose] = [found, s, r]
      }
    if (keep < 0) return false
    const moved = [...this.#edges[lose]!]
    for (const [t, count] of moved.entries()) {
      this.#addEdges(lose, t, -count)
      this.#addEdges(keep, t === lose ? keep : t, count)
    }
    this.#sizes[keep]! += this.#sizes[lose]!
    this.#sizes[lose] = 0
    for (const [v, block] of this.#block.entries()) if (block === lose) this.#block[v] = keep
    this.#drop(lose)
    return true
  }

  #mergeGain(r: number, s: number): number {
    const sizes = this.#sizes
    const size = sizes[r]! + sizes[s]!
    let after = evidence(this.#edges[r]![r]! + this.#edges[s]![s]! + this.#edges[r]![s]!, (size * (size - 1)) / 2)
    for (const [t, other] of sizes.entries())
      if (t !== r && t !== s) after += evidence(this.#edges[r]![t]! + this.#edges[s]![t]!, size * other)
    return after - this.#pairsOf(r, s) + logFactorial(size) - logFactorial(sizes[r]!) - logFactorial(sizes[s]!)
  }

  #addBlock(): void {
    for (const row of this.#edges) row.push(0)
    this.#sizes.push(0)
    this.#edges.push(this.#sizes.map(() => 0))
  }

  /** Removes an empty block; the last one takes its number. */
  #drop(r: number): void {
    const last = this.#sizes.length - 1
    if (r !== last) {
      for (const [v, block] of this.#block.entries()) if (block === last) this.#block[v] = r
      this.#sizes[r] = this.#sizes[last]!
      this.#edges[r] = this.#edges[last]!
      for (const row of this.#edges) row[r] = row[last]!
    }
    this.#sizes.pop()
    this.#edges.pop()
    for (const row of this.#edges) row.pop()
  }
}

/** Log evidence of so many edges among pairs of nodes, their density uniform: log B(edges + 1, absent + 1). */
const evidence = (edges: number, pairs: number): number => logFactorial(edges) + logFactorial(pairs - edges) - logFactorial(pairs + 1)

const tabled = new Float64Array(4096)
for (let i = 1; i < tabled.length; i++) tabled[i] = tabled[i - 1]! + Math.log(i)

/** By table, and by Stirling's series beyond it. */
const logFactorial = (n: number): number =>
  n < tabled.length ? tabled[n]! : (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3)
