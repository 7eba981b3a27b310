import fc from "fast-check"
import { join } from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { linesOf, readBytes } from "../data/read-bytes.ts"
import { packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { isIsomorphic } from "../metrics/isomorphism.ts"
import { moleculeRecord } from "./molecule-record.ts"
import { smilesOf } from "./molecule-smiles.ts"
import { openQm9, qm9Vocabulary } from "./open-qm9.ts"
import { loadRdkit, withMolecule } from "./rdkit.ts"
import { freeValence } from "./valence.ts"

const shared = sharedFolder()
const rdkit = await loadRdkit()
const canonicalOf = (graph: PackedGraph) => withMolecule(rdkit, smilesOf(graph, qm9Vocabulary), (molecule) => molecule.get_smiles())

describe("smilesOf", () => {
  it("writes chains, rings, branches, charges and fragments", () => {
    const pyrrole = packedGraph(5, [0, 1, 1, 2, 2, 3, 3, 4, 4, 0], { nodeLabels: [1, 0, 0, 0, 0], edgeLabels: [0, 1, 0, 1, 0] })
    expect(smilesOf(pyrrole, qm9Vocabulary)).toBe("N1C=CC=C1")
    expect(canonicalOf(pyrrole)).toBe("c1cc[nH]c1")
    const amide = packedGraph(4, [0, 1, 1, 2, 1, 3], { nodeLabels: [0, 0, 2, 1], edgeLabels: [0, 1, 0] })
    expect(smilesOf(amide, qm9Vocabulary)).toBe("CC(=O)N")
    const vocabulary = { nodes: ["C", "N+", "O-"], edges: ["single", "double", "triple"] }
    expect(smilesOf(packedGraph(4, [0, 1, 0, 2], { nodeLabels: [0, 1, 2, 2], edgeLabels: [0, 0] }), vocabulary)).toBe("C([NH3+])[O-].[OH-]")
  })

  it("has enough ring numbers", () => {
    // A ladder of 120 squares read along one side first opens as many rings at once.
    const rungs = 121
    const pairs: number[] = []
    for (let i = 0; i + 1 < rungs; i++) pairs.push(i, i + 1, rungs + i, rungs + i + 1)
    for (let i = 0; i < rungs; i++) pairs.push(i, rungs + i)
    const graph = packedGraph(2 * rungs, pairs, { nodeLabels: new Uint8Array(2 * rungs), edgeLabels: new Uint8Array(pairs.length / 2) })
    const smiles = smilesOf(graph, qm9Vocabulary)
    expect(smiles).toContain("%(100)")
    expect(withMolecule(rdkit, smiles, (molecule) => [molecule.get_num_atoms(), molecule.get_num_bonds()])).toEqual([242, pairs.length / 2])
  })

  it("says to RDKit what the graph says, which refuses exactly the graphs with too many bonds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, nodes) => {
        const random = randomStream(seed)
        const pairs: number[] = []
        const chosen = random.fold("pairs").uniformValues([nodes * nodes])
        for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (chosen[u * nodes + v]! < 1.7 / nodes) pairs.push(u, v)
        const edgeLabels = Array.from(random.fold("bonds").uniformValues([pairs.length / 2]), (value) =>
          value < 0.8 ? 0 : value < 0.95 ? 1 : 2,
        )
        const nodeLabels = Array.from(random.fold("atoms").uniformValues([nodes]), (value) =>
          value < 0.7 ? 0 : value < 0.85 ? 1 : value < 0.97 ? 2 : 3,
        )
        const graph = packedGraph(nodes, pairs, { nodeLabels, edgeLabels })
        const record = withMolecule(rdkit, smilesOf(graph, qm9Vocabulary), moleculeRecord)
        expect(record !== undefined).toBe(freeValence(graph, qm9Vocabulary).every((free) => free >= 0))
        if (!record) return
        const back = packedGraph(record.nodes, record.pairs, {
          nodeLabels: record.nodeLabels!.map((label) => qm9Vocabulary.nodes.indexOf(label!)),
          edgeLabels: record.edgeLabels!.map((label) => qm9Vocabulary.edges.indexOf(label!)),
        })
        // An aromatic ring may come back in its other Kekule structure; bond order sums stay.
        const sums = (one: PackedGraph) => Array.from(freeValence(one, qm9Vocabulary)).toSorted((a, b) => a - b)
        expect(sums(back)).toEqual(sums(graph))
        expect(
          isIsomorphic(
            { nodes, edges: back.edges, nodeLabels: back.nodeLabels! },
            { nodes, edges: graph.edges, nodeLabels: graph.nodeLabels! },
          ),
        ).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.skipIf(!shared)("gives the canonical SMILES of QM9, whatever the order of the atoms", { timeout: 240_000 }, async () => {
    const folder = join(shared!, "data", "graph")
    const canonical = Array.from(linesOf(await readBytes(join(folder, "qm9_canonical.smi.gz"))), ({ text }) => text)
    const rows = Array.from(linesOf(await readBytes(join(folder, "qm9_splits.txt.gz"))), ({ text }) => text[0])
    const test = canonical.filter((_, i) => rows[i] === "s")
    const { splits } = await openQm9(folder)
    const plain = test.filter((smiles) => !/\[[^\]]*[+-]/.test(smiles))
    expect(splits.test.length).toBe(plain.length)
    for (let i = 0; i < plain.length; i += 23) {
      const graph = splits.test[i]!
      expect(canonicalOf(relabelled(graph, randomStream(i).permutation(graph.nodes)))).toBe(plain[i])
    }
  })
})
