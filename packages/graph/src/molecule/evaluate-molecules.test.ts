import { join } from "node:path"
import { DataError, randomStream } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { packedGraph, relabelled } from "../graph/packed-graph.ts"
import { moleculeJudge } from "./canonical-molecules.ts"
import { evaluateMolecules } from "./evaluate-molecules.ts"
import { knownMolecules, moleculeHash } from "./known-molecules.ts"
import { moleculeStatistics, statisticDistances } from "./molecule-statistics.ts"
import { openQm9, qm9Vocabulary, type Qm9Dataset } from "./open-qm9.ts"
import { loadRdkit } from "./rdkit.ts"
import { readSmiles, type SmilesFile } from "./read-smiles.ts"
import { sharedVocabulary } from "./shared-vocabulary.ts"

const shared = sharedFolder()
const orders = Uint8Array.of(1, 2, 3)

/** Atoms by letter, bonds as digits: from, to, order. */
const molecule = (letters: string, bonds: string) =>
  packedGraph(letters.length, Array.from(bonds.matchAll(/(\d)(\d)\d/g), ([, u, v]) => [Number(u), Number(v)]).flat(), {
    nodeLabels: Array.from(letters, (letter) => "CNOF".indexOf(letter)),
    edgeLabels: Array.from(bonds.matchAll(/\d\d(\d)/g), ([, order]) => Number(order) - 1),
  })

const ethane = molecule("CC", "011")
const ethene = molecule("CC", "012")
const ethanol = molecule("CCO", "011121")
const methanolAndMethane = molecule("CCO", "121")
const fluoridePair = molecule("CF", "012")
const ammonium = molecule("NCCCC", "011021031041")
// Two Kekule structures of ortho-xylene with a nitrogen: the same molecule.
const kekuleA = molecule("CCCCCNCC", "012121232341452501061171")
const kekuleB = molecule("CCCCCNCC", "011122231342451502061171")

describe("evaluateMolecules", () => {
  const judged = () =>
    evaluateMolecules([ethane, ethane, ethene, ethanol, methanolAndMethane, fluoridePair, ammonium, kekuleA], {
      vocabulary: qm9Vocabulary,
      train: [ethane, ethanol],
      validation: [kekuleB],
      test: [ethene, ethanol],
      unreadable: 2,
      random: randomStream(1),
    })

  it("counts by hand", async () => {
    const { valid, relaxedValid, connected, unique, novel, vun, origins, stability, count, unreadable } = await judged()
    expect({ count, unreadable }).toEqual({ count: 10, unreadable: 2 })
    expect(valid).toBeCloseTo(6 / 10) // not fluoridePair, ammonium, unreadable ones
    expect(relaxedValid).toBeCloseTo(7 / 10) // ammonium with its charge
    expect(connected).toBeCloseTo(7 / 8)
    // Ethane (twice), ethene, ethanol, methanol (the largest fragment), the aromatic one.
    expect(unique).toBeCloseTo(5 / 6)
    expect(novel.train).toBeCloseTo(3 / 5)
    expect(novel.all).toBeCloseTo(1 / 5)
    expect(vun).toBeCloseTo(3 / 10)
    expect(origins!.train).toBeCloseTo(3 / 6)
    expect(origins!.validationAndTest).toBeCloseTo(2 / 6)
    expect(origins!.neither).toBeCloseTo(1 / 6)
    const atoms = 2 + 2 + 2 + 3 + 3 + 2 + 5 + 8
    expect(stability).toEqual({ atoms: (atoms - 2) / atoms, molecules: 6 / 8, hydrogens: "implied" }) // F with 2, N with 4
  })

  it("takes distances from the test molecules, beside those of real ones", async () => {
    const { totalVariation, valencyW1, floors, references } = await judged()
    // Test: 4 C and 1 O; samples: as the letters above say.
    const atoms = { C: 22, N: 2, O: 2, F: 1 }
    expect(totalVariation.atoms).toBeCloseTo((Math.abs(atoms.C / 27 - 4 / 5) + 2 / 27 + Math.abs(2 / 27 - 1 / 5) + 1 / 27) / 2)
    expect(totalVariation.ringSizes).toBeCloseTo(0.5) // all rings of size 6 against none
    expect(totalVariation.ringCounts).toBeCloseTo(1 / 8)
    expect(valencyW1).toBeGreaterThan(0)
    expect(references).toEqual({ train: 2, validation: 1, test: 2 })
    expect(floors).toMatchObject({ count: 1, from: "validation", origins: { train: 2 / 5, validationAndTest: 3 / 5, neither: 0 } })
    expect(floors!.totalVariation.atoms).toBeCloseTo(1 - (Math.min(7 / 8, 4 / 5) + 0))
  })

  it("compares samples of another vocabulary", async () => {
    const { novel, totalVariation, nspdk } = await evaluateMolecules([packedGraph(2, [0, 1], { nodeLabels: [1, 1], edgeLabels: [0] })], {
      vocabulary: { nodes: ["N+", "C"], edges: ["1", "2"] },
      referenceVocabulary: qm9Vocabulary,
      train: [ethane],
      test: [ethane],
      random: randomStream(1),
    })
    expect([novel.train, novel.all, totalVariation.atoms, totalVariation.bonds, nspdk]).toEqual([0, null, 0, 0, 0])
  })

  it("has nothing to say of nothing", async () => {
    const options = { vocabulary: qm9Vocabulary, test: [ethane], random: randomStream(1) }
    await expect(evaluateMolecules([], options)).rejects.toThrow(DataError)
    const none = await evaluateMolecules([], { ...options, unreadable: 3 })
    expect(none).toMatchObject({
      count: 3,
      valid: 0,
      unique: null,
      novel: { train: null },
      vun: null,
      origins: null,
      nspdk: null,
      floors: null,
    })
    const bad = await evaluateMolecules([fluoridePair], { ...options, train: [ethane] })
    expect(bad).toMatchObject({ valid: 0, unique: null, novel: { train: null }, vun: 0, nspdk: null, floors: { from: "train", nspdk: 0 } })
  })
})

describe("moleculeHash", () => {
  it("is that of the molecule, not of its Kekule structure or its order", () => {
    const hash = (graph: typeof ethane) => moleculeHash(graph, orders)
    expect(hash(kekuleA)).toBe(hash(kekuleB))
    expect(hash(relabelled(kekuleA, randomStream(3).permutation(8)))).toBe(hash(kekuleB))
    expect(new Set([ethane, ethene, ethanol, fluoridePair, kekuleA].map(hash)).size).toBe(5)
  })
})

describe.skipIf(!shared)("published samples of DiGress on QM9", () => {
  const folder = join(shared ?? "", "data", "graph")
  let qm9: Qm9Dataset
  let samples: SmilesFile
  beforeAll(async () => {
    qm9 = await openQm9(folder)
    samples = await readSmiles(join(folder, "samples_digress_qm9_noH.smi.gz"), { charged: "keep" })
  }, 240_000)

  it("are as valid, unique and novel as measured before", { timeout: 240_000 }, async () => {
    expect(samples.graphs.length).toBe(9921) // of 10,000
    const { vocabulary, translate } = sharedVocabulary(samples.vocabulary, qm9.vocabulary)
    const judge = moleculeJudge(await loadRdkit(), vocabulary)
    const valid = translate(samples.graphs, samples.vocabulary).flatMap((graph) => judge.canonical(graph) ?? [])
    expect(valid.length).toBe(9921)
    const distinct = new Set(valid.map(({ smiles }) => smiles))
    expect(distinct.size / valid.length).toBeCloseTo(0.969, 3)
    const known = (graphs: typeof samples.graphs) => knownMolecules(valid, translate(graphs, qm9.vocabulary), { judge, orders })
    const inTrain = known(qm9.splits.train)
    const inRest = known([...qm9.splits.validation, ...qm9.splits.test])
    expect(1 - inTrain.size / distinct.size).toBeCloseTo(0.445, 3)
    expect(1 - new Set([...inTrain, ...inRest]).size / distinct.size).toBeCloseTo(0.256, 3)
    const share = (names: Set<string>) => valid.slice(0, 1989).filter(({ smiles }) => names.has(smiles)).length / 1989
    expect(share(inTrain)).toBeCloseTo(0.59, 2) // of the first 2,000
    expect(share(inRest)).toBeCloseTo(0.18, 2)
  })

  it("have the statistics measured before, and so have real molecules", { timeout: 120_000 }, () => {
    const { vocabulary, translate } = sharedVocabulary(qm9.vocabulary, samples.vocabulary)
    expect(vocabulary.nodes.slice(0, 4)).toEqual(qm9.vocabulary.nodes)
    const first = samples.graphs.filter((_, i) => Number(samples.ids[i]) < 2000)
    const test = moleculeStatistics(qm9.splits.test, orders)
    const { totalVariation } = statisticDistances(moleculeStatistics(translate(first, samples.vocabulary), orders), test)
    expect(totalVariation.atoms).toBeCloseTo(0.003, 3)
    expect(totalVariation.bonds).toBeCloseTo(0.006, 3)
    expect(totalVariation.ringSizes).toBeCloseTo(0.026, 3)
    expect(totalVariation.ringCounts).toBeCloseTo(0.042, 3)
    const drawn = randomStream(0).permutation(qm9.splits.validation.length).subarray(0, 2000)
    const real = statisticDistances(
      moleculeStatistics(
        Array.from(drawn, (i) => qm9.splits.validation[i]!),
        orders,
      ),
      test,
    ).totalVariation
    // .006, .004, .012, .011 in another draw of 2,000.
    expect(real.atoms).toBeLessThan(0.012)
    expect(real.bonds).toBeLessThan(0.012)
    expect(real.ringSizes).toBeLessThan(0.025)
    expect(real.ringCounts).toBeLessThan(0.025)
  })
})
