import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { DataError } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openQm9 } from "./open-qm9.ts"
import { readSmiles } from "./read-smiles.ts"

const shared = sharedFolder()
let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "smiles-"))))
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, name.endsWith(".gz") ? gzipSync(text) : text)
  return path
}

describe("readSmiles", () => {
  it("reads heavy atoms, Kekule bonds and second columns", async () => {
    const { graphs, vocabulary, ids, splits, charged, faults } = await readSmiles(
      await file("few.smi.gz", "c1ccccc1F\tvalid\nOC(=O)C#N acid\r\n\n[H]O[H]\n"),
    )
    expect(vocabulary).toEqual({ nodes: ["C", "N", "O", "F"], edges: ["single", "double", "triple"] })
    expect(graphs.map(({ nodes }) => nodes)).toEqual([7, 5, 1])
    expect(Array.from(graphs[0]!.nodeLabels!)).toEqual([0, 0, 0, 0, 0, 0, 3])
    expect(Array.from(graphs[0]!.edgeLabels!).toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 1, 1, 1])
    expect(Array.from(graphs[1]!.edges)).toEqual([0, 1, 1, 2, 1, 3, 3, 4])
    expect(Array.from(graphs[1]!.edgeLabels!)).toEqual([0, 1, 0, 2])
    expect({ ids, splits, charged, faults }).toEqual({
      ids: ["0", "acid", "3"],
      splits: ["val", undefined, undefined],
      charged: 0,
      faults: [],
    })
  })

  it("drops and counts charged molecules, or keeps them with charges in the labels", async () => {
    const path = await file("charged.smi", "C[NH3+]\nCC([O-])=O\nCC\n")
    const dropped = await readSmiles(path)
    expect([dropped.graphs.length, dropped.charged, dropped.ids]).toEqual([1, 2, ["2"]])
    expect(dropped.faults).toEqual([
      `${path}: expected molecules without charges, got 2 with some, which are left out; keep charged ones to read them`,
    ])
    const kept = await readSmiles(path, { charged: "keep" })
    expect(kept.vocabulary.nodes).toEqual(["C", "N+", "O-", "O"])
    expect([kept.graphs.length, kept.charged, kept.faults]).toEqual([3, 0, []])
    await expect(readSmiles(await file("salt.smi", "[NH4+]\n"))).rejects.toThrow(/expected molecules without charges, got 1 with/)
  })

  it("names the lines of what cannot be read, and refuses the file with strict", async () => {
    const path = await file("bad.smi", "CC\nNone\nC(C)(C)(C)(C)C\n[CH2]C\n[Na]Cl\nCCl\n")
    const { graphs, faults } = await readSmiles(path)
    expect(graphs.length).toBe(2)
    expect(faults.map((fault) => fault.replace(path, ""))).toEqual([
      ', line 2: expected a SMILES that RDKit can read, got "None"',
      ', line 3: expected a SMILES that RDKit can read, got "C(C)(C)(C)(C)C"',
      ", line 4: expected as many hydrogens as bonds imply, got 2 instead of 3 at C (atom 1)",
      ", line 5: expected atoms of known valence, got Na",
    ])
    await expect(readSmiles(path, { strict: true })).rejects.toThrow(/line 2: expected a SMILES/)
    const oxygenless = { nodes: ["C"], edges: ["single", "double", "triple"] }
    expect((await readSmiles(path, { vocabulary: oxygenless })).faults.at(-1)).toMatch(/line 6: .* got "Cl"/)
    await expect(readSmiles(await file("none.smi", "\n"))).rejects.toThrow(DataError)
    await expect(readSmiles(join(folder, "absent.smi"))).rejects.toThrow(DataError)
  })
})

describe("openQm9", () => {
  it("reads SMILES or graphs, and the split, from small files of its form", async () => {
    await file("qm9_splits.txt", "t0\nv0\ns1\nt0\n")
    await file("qm9.smi", "C\nCC=O\n[NH3+]CC([O-])=O\nC#N\n")
    const smiles = await openQm9(folder)
    await file("qm9_graphs.tsv.gz", "C\t\nCCO\t011122\nNCCOO\t011121231242\t0+3-\nCN\t013\n")
    const graphs = await openQm9(folder)
    expect(graphs).toEqual(smiles)
    expect(graphs.charged).toBe(1)
    expect([graphs.splits.train.length, graphs.splits.validation.length, graphs.splits.test.length]).toEqual([2, 1, 0])
    expect(await openQm9(join(folder, "qm9.smi"))).toEqual(graphs)
    await file("qm9_splits.txt", "t0\nv0\n")
    await expect(openQm9(folder)).rejects.toThrow(/expected a split for each of the 4 molecules .* got 2/)
    await file("qm9_splits.txt", "t0\nx0\n")
    await expect(openQm9(folder)).rejects.toThrow(/line 2: expected t, v or s/)
    await file("qm9_splits.txt", "t0\nv0\ns1\nt0\n")
    await file("qm9_graphs.tsv.gz", "C\t\nCCQ\t011122\n")
    await expect(openQm9(folder)).rejects.toThrow(/line 2: expected letters of atoms/)
    await expect(openQm9(tmpdir())).rejects.toThrow(/expected qm9_graphs.tsv or qm9.smi/)
  })

  it.skipIf(!shared)("has the published split of the real one, without charges", { timeout: 240_000 }, async () => {
    const { splits, charged } = await openQm9(join(shared!, "data", "graph"))
    expect([splits.train.length, splits.validation.length, splits.test.length, charged]).toEqual([98_653, 20_201, 13_186, 1845])
  })
})
