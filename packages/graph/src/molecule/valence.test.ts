import { ConfigError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { loadRdkit, withMolecule } from "./rdkit.ts"
import { atomOf, bondOrderSums, freeValence, impliedHydrogens, isMoleculeVocabulary, valenceOf } from "./valence.ts"

const qm9 = { nodes: ["C", "N", "O", "F"], edges: ["single", "double", "triple"] }

describe("valenceOf", () => {
  it("is that of the textbook for QM9", () => {
    expect(Array.from(valenceOf(qm9))).toEqual([4, 3, 2, 1])
    expect(Array.from(valenceOf({ ...qm9, nodes: ["N+", "O-", "C-", "S", "P"] }))).toEqual([4, 1, 3, 6, 5])
  })

  it("is where RDKit draws the line, element by element", async () => {
    const rdkit = await loadRdkit()
    for (const symbol of ["B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "As", "Se", "Br", "I"]) {
      const largest = Array.from({ length: 8 }, (_, bonds) => bonds).filter(
        (bonds) => withMolecule(rdkit, `[${symbol}]${"(F)".repeat(bonds)}`, () => true) === true,
      )
      expect([symbol, largest.at(-1)]).toEqual([symbol, atomOf(symbol)!.valences.at(-1)])
    }
  })

  it("fills up with hydrogens as RDKit does", async () => {
    const rdkit = await loadRdkit()
    for (const symbol of ["B", "C", "N", "O", "F", "P", "S", "Cl", "Br", "I"])
      for (let bonds = 0; bonds <= atomOf(symbol)!.valences.at(-1)!; bonds++) {
        const atoms = withMolecule(rdkit, `${symbol}${"(F)".repeat(bonds)}`, (molecule) => {
          molecule.add_hs_in_place()
          return molecule.get_num_atoms()
        })
        expect([symbol, bonds, atoms]).toEqual([symbol, bonds, 1 + bonds + impliedHydrogens(atomOf(symbol)!, bonds)])
      }
  })

  it("refuses what is no atom and no bond", () => {
    expect(() => valenceOf({ nodes: ["C", "Xx"], edges: [] })).toThrow(ConfigError)
    expect(() => valenceOf({ nodes: ["red"], edges: [] })).toThrow(/nodes that are atoms .* got the label "red"/)
    expect(() => freeValence(packedGraph(1, [], { nodeLabels: [0] }), { nodes: ["C"], edges: ["aromatic"] })).toThrow(/Kekule/)
  })
})

describe("freeValence", () => {
  it("is what bonds leave, and negative beyond", () => {
    const graph = packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 2, 3], edgeLabels: [1, 0] }) // C=O-F
    expect(Array.from(bondOrderSums(graph, Uint8Array.of(1, 2, 3)))).toEqual([2, 3, 1])
    expect(Array.from(freeValence(graph, qm9))).toEqual([2, -1, 0])
  })
})

describe("isMoleculeVocabulary", () => {
  it("knows molecules", () => {
    expect(isMoleculeVocabulary(qm9)).toBe(true)
    expect(isMoleculeVocabulary({ nodes: ["C", "N+"], edges: ["1", "2"] })).toBe(true)
    for (const other of [
      { nodes: [], edges: [] },
      { nodes: ["C"], edges: [] },
      { nodes: ["a"], edges: ["single"] },
      { nodes: ["C"], edges: ["4"] },
    ])
      expect(isMoleculeVocabulary(other)).toBe(false)
  })
})
