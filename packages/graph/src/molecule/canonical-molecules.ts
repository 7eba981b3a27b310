import { packedGraph, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { aromaticBonds, moleculeRecord } from "./molecule-record.ts"
import { smilesWriter } from "./molecule-smiles.ts"
import { withMolecule, type Rdkit } from "./rdkit.ts"
import { atomLabel, atomsOf, bondOrdersOf, bondOrderSums } from "./valence.ts"

/** A graph that is a molecule. */
export interface CanonicalMolecule {
  /** RDKit's canonical SMILES of its largest fragment (of equals the one with the earliest node). */
  readonly smiles: string
  /** That fragment as a graph. */
  readonly fragment: PackedGraph
}

/** RDKit's judgement of graphs of one vocabulary. */
export interface MoleculeJudge {
  /** The molecule that a graph is, or undefined where RDKit refuses it. */
  canonical(graph: PackedGraph): CanonicalMolecule | undefined
  /** As `canonical`, after a charge of +1 on every uncharged N and O with one bond too many (DiGress's relaxed validity). */
  relaxed(graph: PackedGraph): CanonicalMolecule | undefined
  /** The graph with its aromatic bonds single: the same for every Kekule structure of the molecule. */
  withoutKekule(graph: PackedGraph): PackedGraph
}

/**
 * Reads graphs as molecules.
 *
 * @param vocabulary - atoms, and the bonds single, double, triple
 * @throws ConfigError for a vocabulary that is none of molecules
 */
export function moleculeJudge(rdkit: Rdkit, { nodes: given, edges }: GraphVocabulary): MoleculeJudge {
  const nodes = [...new Set([...given, "N+", "O+"])]
  const vocabulary = { nodes, edges }
  const atoms = atomsOf(vocabulary)
  const orders = bondOrdersOf(vocabulary)
  const numberOf = new Map(atoms.map(({ symbol, charge }, label) => [atomLabel(symbol, charge), label]))
  const write = smilesWriter(vocabulary)

  const graphOf = ({ nodes: count, pairs, nodeLabels, edgeLabels }: ReturnType<typeof moleculeRecord>): PackedGraph =>
    packedGraph(count, pairs, {
      nodeLabels: nodeLabels!.map((label) => numberOf.get(label!)!),
      edgeLabels: edgeLabels!.map((label) => edges.indexOf(label!)),
    })

  const canonical = (graph: PackedGraph): CanonicalMolecule | undefined => {
    const fragments = write(graph)
    if (fragments.length === 0) return undefined
    if (fragments.length === 1) {
      const smiles = withMolecule(rdkit, fragments[0]!.smiles, (molecule) => molecule.get_smiles())
      return smiles === undefined ? undefined : { smiles, fragment: graph }
    }
    if (withMolecule(rdkit, fragments.map(({ smiles }) => smiles).join("."), () => true) === undefined) return undefined
    const largest = fragments.reduce((best, fragment) => (fragment.atoms > best.atoms ? fragment : best))
    return withMolecule(rdkit, largest.smiles, (molecule) => ({
      smiles: molecule.get_smiles(),
      fragment: graphOf(moleculeRecord(molecule)),
    }))
  }

  // Neither B nor a charge: these can make do with fewer double bonds.
  const plain = atoms.map(({ symbol, charge }) => charge === 0 && symbol !== "B")
  /** Whether it is worth to ask RDKit: an aromatic ring of other atoms has two double bonds, in it or at it. */
  const mayBeAromatic = ({ nodes: count, edges: ends, nodeLabels, edgeLabels }: PackedGraph): boolean => {
    if (ends.length / 2 < count || !edgeLabels) return false // in one piece and without a ring
    const doubles = edgeLabels.reduce((sum, label) => sum + Number(orders[label] === 2), 0)
    return doubles >= 2 || !nodeLabels!.every((label) => plain[label])
  }

  return {
    canonical,
    relaxed(graph) {
      const sums = bondOrderSums(graph, orders)
      const nodeLabels = graph.nodeLabels!.map((label, v) => {
        const { symbol, charge, valences } = atoms[label]!
        const charged = (symbol === "N" || symbol === "O") && charge === 0 && sums[v] === valences[0]! + 1
        return charged ? numberOf.get(`${symbol}+`)! : label
      })
      return canonical({ ...graph, nodeLabels })
    },
    withoutKekule(graph) {
      if (!mayBeAromatic(graph)) return graph
      const text = write(graph)
        .map(({ smiles }) => smiles)
        .join(".")
      const read = withMolecule(rdkit, text, (molecule) => {
        const aromatic = aromaticBonds(molecule)
        if (aromatic.length === 0) return graph
        const packed = graphOf(moleculeRecord(molecule))
        const keys = new Set(aromatic.map(([u, v]) => Math.min(u, v) * packed.nodes + Math.max(u, v)))
        const single = orders.indexOf(1)
        const edgeLabels = packed.edgeLabels!.map((label, e) =>
          keys.has(packed.edges[2 * e]! * packed.nodes + packed.edges[2 * e + 1]!) ? single : label,
        )
        return { ...packed, edgeLabels }
      })
      return read ?? graph
    },
  }
}
