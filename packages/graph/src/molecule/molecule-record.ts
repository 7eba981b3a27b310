import { DataError } from "@scalewise/nn"
import type { Mol } from "@rdkit/rdkit"
import type { GraphRecord } from "../data/graph-record.ts"
import { atomLabel, atomOf, bondLabels, elements, impliedHydrogens } from "./valence.ts"

/** What is read here of RDKit's JSON of a molecule; a field that equals its default is absent. */
interface MoleculeJson {
  readonly defaults: { readonly atom: Required<AtomJson>; readonly bond: { readonly bo: number } }
  readonly molecules: readonly [
    {
      readonly atoms: readonly AtomJson[]
      readonly bonds?: readonly { readonly bo?: number; readonly atoms: readonly [number, number] }[]
      readonly extensions?: readonly { readonly aromaticBonds?: readonly number[] }[]
    },
  ]
}

interface AtomJson {
  readonly z?: number
  readonly impHs?: number
  readonly chg?: number
}

const parse = (molecule: Mol) => JSON.parse(molecule.get_json()) as MoleculeJson

/**
 * The graph of a molecule as RDKit tells it: heavy atoms in its order, Kekule bonds, charges in the labels ("N+"), stereo forgotten.
 *
 * @throws DataError for what its graph would not tell: atoms or bonds of other kinds, radicals
 */
export function moleculeRecord(molecule: Mol): GraphRecord & { readonly charged: boolean } {
  const { defaults, molecules } = parse(molecule)
  const { atoms, bonds = [] } = molecules[0]
  const pairs = bonds.flatMap(({ atoms: ends }) => ends)
  const orders = bonds.map(({ bo = defaults.bond.bo }) => bo)
  const sums = new Float64Array(atoms.length)
  for (const [i, end] of pairs.entries()) sums[end]! += orders[i >> 1]!
  const charges = atoms.map(({ chg = defaults.atom.chg }) => chg)
  const nodeLabels = atoms.map(({ z = defaults.atom.z, impHs = defaults.atom.impHs }, v) => {
    const label = atomLabel(elements[z] ?? `element ${z}`, charges[v]!)
    const atom = atomOf(label)
    if (!atom) throw new DataError(`expected atoms of known valence, got ${label}`)
    const implied = impliedHydrogens(atom, sums[v]!)
    if (impHs !== implied)
      throw new DataError(`expected as many hydrogens as bonds imply, got ${impHs} instead of ${implied} at ${label} (atom ${v + 1})`)
    return label
  })
  const edgeLabels = orders.map((order) => {
    const label = bondLabels[order - 1]
    if (label === undefined) throw new DataError(`expected single, double and triple bonds, got one of order ${order}`)
    return label
  })
  return { nodes: atoms.length, pairs, nodeLabels, edgeLabels, charged: charges.some((charge) => charge !== 0) }
}

/** Bonds that RDKit finds aromatic, as pairs of atoms. */
export function aromaticBonds(molecule: Mol): (readonly [number, number])[] {
  const { bonds = [], extensions = [] } = parse(molecule).molecules[0]
  return extensions.flatMap(({ aromaticBonds: found = [] }) => found.map((bond) => bonds[bond]!.atoms))
}
