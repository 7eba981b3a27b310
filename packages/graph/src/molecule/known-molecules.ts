import { isConnected, type PackedGraph } from "../graph/packed-graph.ts"
import type { CanonicalMolecule, MoleculeJudge } from "./canonical-molecules.ts"
import { bondOrderSums } from "./valence.ts"

/**
 * Which of some molecules occur in a reference, by canonical SMILES. RDKit reads only those of the reference that a hash of atoms, their
 * bond order sums and their surroundings cannot tell from one of the molecules: no Kekule structure and no order of atoms changes it.
 *
 * @param orders - bond orders by edge label
 * @returns SMILES of the molecules that occur
 */
export function knownMolecules(
  molecules: readonly CanonicalMolecule[],
  reference: readonly PackedGraph[],
  { judge, orders }: { readonly judge: MoleculeJudge; readonly orders: Uint8Array },
): Set<string> {
  const smiles = new Set(molecules.map((molecule) => molecule.smiles))
  const hashes = new Set(molecules.map(({ fragment }) => moleculeHash(fragment, orders)))
  const known = new Set<string>()
  for (const graph of reference) {
    // A reference of several fragments stands for its largest one, whose hash is not that of the whole.
    if (!hashes.has(moleculeHash(graph, orders)) && isConnected(graph)) continue
    const found = judge.canonical(graph)
    if (found && smiles.has(found.smiles)) known.add(found.smiles)
  }
  return known
}

/** Equal for equal molecules: three rounds of Weisfeiler-Leman over atoms with the sums of their bond orders, bonds unlabelled. */
export function moleculeHash(graph: PackedGraph, orders: Uint8Array): number {
  const { nodes, edges, nodeLabels } = graph
  let colours = bondOrderSums(graph, orders).map((sum, v) => mixed(nodeLabels![v]! * 64 + sum + 1))
  for (let round = 0; round < 3; round++) {
    const next = colours.map((colour) => Math.imul(colour, 0x9e3779b1))
    for (let e = 0; e < edges.length; e += 2) {
      const [u, v] = [edges[e]!, edges[e + 1]!]
      next[u] = (next[u]! + colours[v]!) | 0
      next[v] = (next[v]! + colours[u]!) | 0
    }
    colours = next.map(mixed)
  }
  return colours.reduce((sum, colour) => (sum + colour) | 0, nodes)
}

/** The finaliser of MurmurHash3. */
function mixed(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
