import { ConfigError } from "@scalewise/nn"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"

/** Symbols of the elements by atomic number; the first is none. */
export const elements: readonly string[] =
  "* H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe".split(
    " ",
  )

/** Sums of bond orders that an uncharged atom can have with its hydrogens, ascending: RDKit's. */
const valences: Readonly<Record<string, readonly number[]>> = {
  H: [1],
  B: [3],
  C: [4],
  N: [3],
  O: [2],
  F: [1],
  Si: [4],
  P: [3, 5],
  S: [2, 4, 6],
  Cl: [1],
  As: [3, 5],
  Se: [2, 4, 6],
  Br: [1],
  I: [1, 3, 5],
}

/** What the label of a node stands for: "C", "N+", "O-". */
export interface Atom {
  readonly symbol: string
  readonly charge: number
  /** Sums of bond orders that it can have with its hydrogens, ascending; a charged atom has those of the element it has the electrons of. */
  readonly valences: readonly number[]
}

/** The atom that a label names, or undefined for what is no atom of known valence. */
export function atomOf(label: string): Atom | undefined {
  const [, symbol, sign, size] = /^([A-Z][a-z]?)(?:([+-])(\d?))?$/.exec(label) ?? []
  if (symbol === undefined) return undefined
  const charge = sign === undefined ? 0 : (sign === "+" ? 1 : -1) * Number(size === "" ? 1 : size)
  const number = elements.indexOf(symbol)
  const alike = number < 0 || !valences[symbol] ? undefined : valences[elements[number - charge] ?? ""]
  return alike && { symbol, charge, valences: alike }
}

/** The label of an atom. */
export const atomLabel = (symbol: string, charge: number): string =>
  `${symbol}${charge === 0 ? "" : charge > 0 ? "+" : "-"}${Math.abs(charge) > 1 ? Math.abs(charge) : ""}`

/** Labels of the bonds by their order, 1 to 3: the edges of every vocabulary of molecules here. */
export const bondLabels: readonly string[] = ["single", "double", "triple"]

const orderOf = (label: string): number | undefined => {
  const order = bondLabels.indexOf(label) + 1 || Number(label)
  return order === 1 || order === 2 || order === 3 ? order : undefined
}

/** Whether graphs of that vocabulary are molecules: nodes are atoms ("C", "N+"), edges are bonds ("single", "double", "triple", or 1, 2, 3). */
export const isMoleculeVocabulary = ({ nodes, edges }: GraphVocabulary): boolean =>
  nodes.length > 0 && edges.length > 0 && nodes.every((label) => atomOf(label)) && edges.every((label) => orderOf(label))

/**
 * Atoms by node label.
 *
 * @throws ConfigError for a label that is no atom
 */
export const atomsOf = ({ nodes }: GraphVocabulary): readonly Atom[] =>
  nodes.map((label) => {
    const atom = atomOf(label)
    if (atom) return atom
    const known = Object.keys(valences).join(", ")
    throw new ConfigError(`molecules: expected nodes that are atoms (${known}, with charges such as N+), got the label "${label}"`)
  })

/**
 * Bond orders by edge label, 1 to 3.
 *
 * @throws ConfigError for a label that is no bond
 */
export const bondOrdersOf = ({ edges }: GraphVocabulary): Uint8Array =>
  Uint8Array.from(edges, (label) => {
    const order = orderOf(label)
    if (order !== undefined) return order
    throw new ConfigError(
      `molecules: expected edges that are ${bondLabels.join(", ")} (aromatic rings in Kekule form), got the label "${label}"`,
    )
  })

/**
 * The most that the bond orders at a node may sum to, by node label: 4 for C, 3 for N, 2 for O, 1 for F.
 *
 * @throws ConfigError for a label that is no atom
 */
export const valenceOf = (vocabulary: GraphVocabulary): Uint8Array => Uint8Array.from(atomsOf(vocabulary), (atom) => atom.valences.at(-1)!)

/** Sum of the bond orders at every node. */
export function bondOrderSums(graph: PackedGraph, orders: Uint8Array): Int32Array {
  const sums = new Int32Array(graph.nodes)
  for (const [i, end] of graph.edges.entries()) sums[end]! += orders[graph.edgeLabels![i >> 1]!]!
  return sums
}

/**
 * What every node's bond orders leave of its valence; negative where it has too many. Without charges and with Kekule bonds, a graph
 * none of whose values is negative is a molecule to RDKit, and no other is.
 *
 * @throws ConfigError for a vocabulary that is none of molecules
 */
export function freeValence(graph: PackedGraph, vocabulary: GraphVocabulary): Int32Array {
  const most = valenceOf(vocabulary)
  return bondOrderSums(graph, bondOrdersOf(vocabulary)).map((sum, v) => most[graph.nodeLabels![v]!]! - sum)
}

/** Hydrogens that an atom has beside bonds of that sum; 0 where these exceed its valences. */
export const impliedHydrogens = ({ valences: allowed }: Atom, sum: number): number =>
  (allowed.find((valence) => valence >= sum) ?? sum) - sum
