import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import { atomsOf, bondOrdersOf, bondOrderSums } from "./valence.ts"

/** Shares of stable atoms and of molecules all of whose atoms are stable; null without any. */
export interface MoleculeStability {
  readonly atoms: number | null
  readonly molecules: number | null
  /** Whether hydrogens are nodes, or are what bonds leave of the valences. */
  readonly hydrogens: "explicit" | "implied"
}

/**
 * Stability by the table H 1, C 4, N 3, O 2, F 1, ... (the smallest valence of an element). Where hydrogens are nodes, an atom is stable
 * if its bond orders sum to its valence. Where they are implied, they fill what is free: an atom is stable if the sum is at most its
 * valence, and molecules are stable almost exactly where they are valid; the figure tells something new with explicit hydrogens alone.
 */
export function moleculeStability(graphs: readonly PackedGraph[], vocabulary: GraphVocabulary): MoleculeStability {
  const atoms = atomsOf(vocabulary)
  const orders = bondOrdersOf(vocabulary)
  const explicit = atoms.some(({ symbol }) => symbol === "H")
  let [stable, total, molecules] = [0, 0, 0]
  for (const graph of graphs) {
    const sums = bondOrderSums(graph, orders)
    const bad = sums.reduce((count, sum, v) => {
      const valence = atoms[graph.nodeLabels![v]!]!.valences[0]!
      return count + Number(explicit ? sum !== valence : sum > valence)
    }, 0)
    total += graph.nodes
    stable += graph.nodes - bad
    molecules += Number(bad === 0)
  }
  return {
    atoms: total === 0 ? null : stable / total,
    molecules: graphs.length === 0 ? null : molecules / graphs.length,
    hydrogens: explicit ? "explicit" : "implied",
  }
}
