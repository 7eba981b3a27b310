import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { blockPartition } from "./block-partition.ts"

const random = randomStream("blocks")

function planted(sizes: readonly number[], within: number, between: number, seed: number): { graph: PackedGraph; block: number[] } {
  const block = sizes.flatMap((size, b) => Array.from({ length: size }, () => b))
  const noise = random.fold(seed).uniformValues([block.length, block.length])
  const ends: number[] = []
  for (const [v, own] of block.entries())
    for (let u = 0; u < v; u++) if (noise[u * block.length + v]! < (own === block[u] ? within : between)) ends.push(u, v)
  return { graph: packedGraph(block.length, ends), block }
}

const logFactorial = (n: number): number => (n < 2 ? 0 : Math.log(n) + logFactorial(n - 1))

/** The ICL as its definition says. */
function iclOf({ nodes, edges }: PackedGraph, block: readonly number[]): number {
  const blocks = Math.max(...block) + 1
  const sizes = Array.from({ length: blocks }, (_, r) => block.filter((b) => b === r).length)
  let sum = -Math.log(nodes) - logFactorial(nodes - 1) + logFactorial(blocks - 1) + logFactorial(nodes - blocks) - logFactorial(nodes)
  for (let r = 0; r < blocks; r++) {
    sum += logFactorial(sizes[r]!)
    for (let s = 0; s <= r; s++) {
      const pairs = r === s ? (sizes[r]! * (sizes[r]! - 1)) / 2 : sizes[r]! * sizes[s]!
      let found = 0
      for (let e = 0; e < edges.length; e += 2) {
        const [a, b] = [block[edges[e]!]!, block[edges[e + 1]!]!]
        if ((a === r && b === s) || (a === s && b === r)) found++
      }
      sum += logFactorial(found) + logFactorial(pairs - found) - logFactorial(pairs + 1)
    }
  }
  return sum
}

/** Every partition of so many nodes, blocks numbered by first node. */
function* partitions(nodes: number, head: number[] = []): Generator<number[]> {
  if (head.length === nodes) yield head
  else for (let b = 0; b <= Math.max(-1, ...head) + 1; b++) yield* partitions(nodes, [...head, b])
}

describe("blockPartition", () => {
  it("finds planted blocks, and says how large they are and how many edges they hold", () => {
    const { graph, block } = planted([25, 30, 38], 0.4, 0.01, 0)
    const found = blockPartition(graph)
    expect([...found.sizes].sort((a, b) => a - b)).toEqual([25, 30, 38])
    expect(new Set(block.map((own, v) => `${own} ${found.block[v]}`)).size).toBe(3)
    const within = found.edges.filter((_, i) => i % 4 === 0)
    const upper = found.edges[1]! + found.edges[2]! + found.edges[5]!
    expect(within.reduce((sum, count) => sum + count, 0) + upper).toBe(graph.edges.length / 2)
    expect(found.icl).toBeCloseTo(iclOf(graph, [...found.block]), 6)
  })

  it("reaches the best of all partitions of small graphs", () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { graph } = planted([4, 4], 0.9, 0.1, seed)
      let best = Number.NEGATIVE_INFINITY
      for (const block of partitions(8)) best = Math.max(best, iclOf(graph, block))
      expect(blockPartition(graph).icl, `seed ${seed}`).toBeCloseTo(best, 8)
    }
  })

  it("sees no blocks where there are none", () => {
    expect(blockPartition(planted([60], 0.2, 0, 9).graph).sizes).toHaveLength(1)
    expect([...blockPartition(packedGraph(5, [])).sizes]).toEqual([5])
    expect([...blockPartition(packedGraph(0, [])).sizes]).toEqual([])
  })

  it("gives one graph the same blocks every time, and a renamed graph as good ones", () => {
    const { graph } = planted([20, 30], 0.3, 0.02, 11)
    expect(blockPartition(graph)).toEqual(blockPartition(graph))
    expect(blockPartition(relabelled(graph, random.permutation(50))).icl).toBeCloseTo(blockPartition(graph).icl, 8)
  })
})
