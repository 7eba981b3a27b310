import type { RandomStream } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/**
 * A rectangular grid.
 *
 * @param nodes - how many in all, in the squarest rectangle; undefined draws both sides from 10 to 19
 */
export function gridGraph(nodes: number | undefined, random: RandomStream): PackedGraph {
  const [rows, columns] = nodes === undefined ? Array.from(random.integers(2, 10), (extra) => 10 + extra) : sidesOf(nodes)
  const pairs: number[] = []
  for (let r = 0; r < rows!; r++)
    for (let c = 0; c < columns!; c++) {
      const v = r * columns! + c
      if (c + 1 < columns!) pairs.push(v, v + 1)
      if (r + 1 < rows!) pairs.push(v, v + columns!)
    }
  return packedGraph(rows! * columns!, pairs)
}

function sidesOf(nodes: number): [number, number] {
  let side = Math.floor(Math.sqrt(nodes))
  while (nodes % side !== 0) side--
  return [side, nodes / side]
}
