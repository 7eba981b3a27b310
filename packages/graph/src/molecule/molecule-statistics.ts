import type { PackedGraph } from "../graph/packed-graph.ts"
import { ringSizes } from "./molecule-rings.ts"
import { bondOrderSums } from "./valence.ts"

/** Frequencies over a set of molecules; each sums to 1, or holds zeros alone where there was nothing to count. */
export interface MoleculeStatistics {
  /** Share of every node label among all atoms. */
  readonly atoms: Float64Array
  /** Share of every edge label among all bonds. */
  readonly bonds: Float64Array
  /** Share of every size among all rings of smallest sets of smallest rings. */
  readonly ringSizes: Float64Array
  /** Share of molecules with so many rings. */
  readonly ringCounts: Float64Array
  /** Share of atoms whose bond orders have that sum, implied hydrogens not counted. */
  readonly valencies: Float64Array
}

/** Counts atoms, bonds and rings. */
export function moleculeStatistics(graphs: Iterable<PackedGraph>, orders: Uint8Array): MoleculeStatistics {
  const counts: Record<keyof MoleculeStatistics, number[]> = { atoms: [], bonds: [], ringSizes: [], ringCounts: [], valencies: [] }
  const count = (name: keyof MoleculeStatistics, value: number): void => {
    counts[name][value] = (counts[name][value] ?? 0) + 1
  }
  for (const graph of graphs) {
    for (const label of graph.nodeLabels ?? []) count("atoms", label)
    for (const label of graph.edgeLabels ?? []) count("bonds", label)
    const sizes = ringSizes(graph)
    for (const size of sizes) count("ringSizes", size)
    count("ringCounts", sizes.length)
    for (const sum of bondOrderSums(graph, orders)) count("valencies", sum)
  }
  return {
    atoms: shares(counts.atoms),
    bonds: shares(counts.bonds),
    ringSizes: shares(counts.ringSizes),
    ringCounts: shares(counts.ringCounts),
    valencies: shares(counts.valencies),
  }
}

/** How far two sets of molecules are from each other, statistic by statistic. */
export interface StatisticDistances {
  /** Half the summed absolute differences of shares, from 0 to 1. */
  readonly totalVariation: { readonly atoms: number; readonly bonds: number; readonly ringSizes: number; readonly ringCounts: number }
  /** Wasserstein-1 distance of the sums of bond orders at an atom, in bonds. */
  readonly valencyW1: number
}

/** Distances between the frequencies of two sets. */
export const statisticDistances = (a: MoleculeStatistics, b: MoleculeStatistics): StatisticDistances => ({
  totalVariation: {
    atoms: totalVariation(a.atoms, b.atoms),
    bonds: totalVariation(a.bonds, b.bonds),
    ringSizes: totalVariation(a.ringSizes, b.ringSizes),
    ringCounts: totalVariation(a.ringCounts, b.ringCounts),
  },
  valencyW1: wasserstein(a.valencies, b.valencies),
})

function shares(counts: readonly number[]): Float64Array {
  const values = Float64Array.from(counts, (count) => count || 0) // a hole is a value that never came
  const total = values.reduce((sum, count) => sum + count, 0)
  return total === 0 ? values : values.map((count) => count / total)
}

function totalVariation(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < Math.max(a.length, b.length); i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0))
  return sum / 2
}

function wasserstein(a: Float64Array, b: Float64Array): number {
  let [sum, surplus] = [0, 0]
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    surplus += (a[i] ?? 0) - (b[i] ?? 0)
    sum += Math.abs(surplus)
  }
  return sum
}
