import { ConfigError, type RandomStream } from "@scalewise/nn"
import { adjacencyOf, packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** Papers of Citeseer, whose ego nets the set Ego-small is. */
const citeseer = 3327

/**
 * How papers cite, chosen so that ego nets are like those of Ego-small (mean of nodes 6.4 and 6.4, of edges 8.5 and 8.7, a third of both
 * are stars): the first citation goes to any paper, or to an end of any citation; a few papers also cite what that paper is tied to,
 * which makes dense groups, the others a geometric number of further papers.
 */
const anyPaper = 0.6
const followers = 0.15
const followed = 0.7
const furtherCitations = 0.4

/** Numbers of nodes of the ego nets. */
const least = 4
const most = 18

/**
 * Ego nets of a graph that grows like citations do: a paper with all its neighbours, and the edges among them. All come from one graph,
 * of as many papers as it takes and no fewer than Citeseer has.
 *
 * @param nodes - of every ego net; undefined takes 4 to 18
 * @throws ConfigError where ego nets of that size are too rare to find that many
 */
export function egoGraphs(count: number, nodes: number | undefined, random: RandomStream): PackedGraph[] {
  const [from, to] = nodes === undefined ? [least, most] : [nodes, nodes]
  const largest = 16 * Math.max(citeseer, 4 * count)
  for (let papers = Math.max(citeseer, 4 * count); papers <= largest; papers *= 4) {
    const citations = citationGraph(papers, random.fold("citations"))
    const { offsets } = adjacencyOf(citations)
    const found = Array.from(random.fold("order").permutation(papers)).filter((v) => {
      const size = offsets[v + 1]! - offsets[v]! + 1
      return size >= from && size <= to
    })
    if (found.length >= count) return egoNets(citations, found.slice(0, count))
  }
  throw new ConfigError(`ego: expected a size that ${count} of ${largest} papers have, got ${nodes} nodes; ask for fewer nodes or graphs`)
}

function citationGraph(papers: number, random: RandomStream): PackedGraph {
  const draw = uniformDraws(random)
  const neighbours: number[][] = [[1], [0]]
  const pairs = [0, 1]
  for (let v = 2; v < papers; v++) {
    const cite = (): number => (draw() < anyPaper ? Math.floor(draw() * v) : pairs[Math.floor(draw() * pairs.length)]!)
    const first = cite()
    const cited = new Set([first])
    if (draw() < followers) {
      for (const w of neighbours[first]!) if (draw() < followed) cited.add(w)
    } else while (draw() < furtherCitations / (1 + furtherCitations)) cited.add(cite())
    neighbours.push([...cited])
    for (const u of cited) {
      neighbours[u]!.push(v)
      pairs.push(u, v)
    }
  }
  return packedGraph(papers, pairs)
}

/** One uniform number after the other. */
function uniformDraws(random: RandomStream): () => number {
  const chunk = 4096
  let values: Float32Array = new Float32Array(0)
  let next = 0
  let chunks = 0
  return () => {
    if (next === values.length) {
      values = random.fold(chunks++).uniformValues([chunk])
      next = 0
    }
    return values[next++]!
  }
}

function egoNets(graph: PackedGraph, centres: readonly number[]): PackedGraph[] {
  const { offsets, neighbours } = adjacencyOf(graph)
  const position = new Int32Array(graph.nodes).fill(-1)
  return centres.map((centre) => {
    const members = [centre, ...neighbours.subarray(offsets[centre], offsets[centre + 1])]
    for (const [i, v] of members.entries()) position[v] = i
    const pairs = members.flatMap((v) => {
      const inside = [...neighbours.subarray(offsets[v], offsets[v + 1])].filter((w) => w > v && position[w]! >= 0)
      return inside.flatMap((w) => [position[v]!, position[w]!])
    })
    for (const v of members) position[v] = -1
    return packedGraph(members.length, pairs)
  })
}
