import { ConfigError, type RandomStream } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** Sizes of blocks, both ends included, and the probabilities of edges in and between them (SPECTRE's set). */
const smallest = 20
const largest = 40
const inside = 0.3
const between = 0.005

/**
 * A stochastic block model: two to five blocks of 20 to 40 nodes each, an edge with probability 0.3 inside a block and 0.005 between two;
 * it may be disconnected.
 *
 * @param nodes - how many in all: as many blocks as fit, no fewer than one; undefined draws blocks and sizes
 * @throws ConfigError for fewer than 20 nodes, or a number that blocks of these sizes do not make
 */
export function blockGraph(nodes: number | undefined, random: RandomStream): PackedGraph {
  const block = blockSizes(nodes, random.fold("sizes")).flatMap((size, b) => Array.from({ length: size }, () => b))
  const count = block.length
  const draws = random.fold("edges").uniformValues([(count * (count - 1)) / 2])
  const pairs: number[] = []
  let next = 0
  for (let u = 0; u < count; u++)
    for (let v = u + 1; v < count; v++) if (draws[next++]! < (block[u] === block[v] ? inside : between)) pairs.push(u, v)
  return packedGraph(count, pairs)
}

function blockSizes(nodes: number | undefined, random: RandomStream): number[] {
  if (nodes === undefined) {
    const blocks = 2 + random.fold("blocks").integers(1, 4)[0]!
    return Array.from(random.integers(blocks, largest - smallest + 1), (extra) => smallest + extra)
  }
  const [fewest, most] = [Math.ceil(nodes / largest), Math.floor(nodes / smallest)]
  if (fewest > most)
    throw new ConfigError(
      `sbm: expected a number of nodes that blocks of ${smallest} to ${largest} make, got ${nodes}; try ${smallest * Math.max(1, most)}`,
    )
  const blocks = fewest + random.fold("blocks").integers(1, most - fewest + 1)[0]!
  let rest = nodes
  return Array.from({ length: blocks }, (_, b) => {
    const left = blocks - b - 1
    const [low, high] = [Math.max(smallest, rest - largest * left), Math.min(largest, rest - smallest * left)]
    const size = low + random.fold(b).integers(1, high - low + 1)[0]!
    rest -= size
    return size
  })
}
