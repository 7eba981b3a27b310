import { join } from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { smilesOf } from "./molecule-smiles.ts"
import { ringSizes } from "./molecule-rings.ts"
import { openQm9, qm9Vocabulary } from "./open-qm9.ts"
import { loadRdkit, withMolecule } from "./rdkit.ts"
import { readSmiles } from "./read-smiles.ts"

const shared = sharedFolder()
const ring = (size: number, first = 0) => Array.from({ length: size }, (_, i) => [first + i, first + ((i + 1) % size)]).flat()

describe("ringSizes", () => {
  it("finds the smallest rings", () => {
    expect(ringSizes(packedGraph(4, [0, 1, 1, 2]))).toEqual([])
    expect(ringSizes(packedGraph(8, [...ring(5), 0, 5, 5, 6]))).toEqual([5])
    expect(ringSizes(packedGraph(7, [...ring(3), ...ring(4, 3)]))).toEqual([3, 4])
    const cube = [...ring(4), ...ring(4, 4), 0, 4, 1, 5, 2, 6, 3, 7]
    expect(ringSizes(packedGraph(8, cube))).toEqual([4, 4, 4, 4, 4])
    expect(ringSizes(packedGraph(10, [...ring(6), 0, 6, 6, 7, 7, 8, 8, 9, 9, 1]))).toEqual([6, 6]) // decalin
    expect(ringSizes(packedGraph(7, [...ring(6), 0, 6, 6, 3]))).toEqual([5, 5]) // norbornane
    expect(ringSizes(packedGraph(4, [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3]))).toEqual([3, 3, 3])
    const petersen = [...ring(5), ...[0, 1, 2, 3, 4].flatMap((i) => [i, i + 5, 5 + i, 5 + ((i + 2) % 5)])]
    expect(ringSizes(packedGraph(10, petersen))).toEqual([5, 5, 5, 5, 5, 5])
  })

  it.skipIf(!shared)(
    "finds the sizes that RDKit finds, which adds rings only where several are equally small",
    { timeout: 240_000 },
    async () => {
      const folder = join(shared!, "data", "graph")
      const rdkit = await loadRdkit()
      const zinc = await readSmiles(join(folder, "samples_digress_qm9_noH.smi.gz"))
      const graphs = [
        ...(await openQm9(folder)).splits.validation.filter((_, i) => i % 40 === 0).map((graph) => ({ graph, vocabulary: qm9Vocabulary })),
        ...zinc.graphs.filter((_, i) => i % 40 === 0).map((graph) => ({ graph, vocabulary: zinc.vocabulary })),
      ]
      let equal = 0
      for (const { graph, vocabulary } of graphs) {
        const json = withMolecule(rdkit, smilesOf(graph, vocabulary), (molecule) => molecule.get_json())!
        const read = JSON.parse(json) as { molecules: { extensions: { atomRings?: number[][] }[] }[] }
        const theirs = (read.molecules[0]!.extensions[0]!.atomRings ?? []).map(({ length }) => length).toSorted((a, b) => a - b)
        const ours = ringSizes(graph)
        if (theirs.length === ours.length) {
          expect(ours).toEqual(theirs)
          equal++
        } else {
          expect(theirs.length).toBeGreaterThan(ours.length)
          expect(new Set(ours)).toEqual(new Set(theirs))
        }
      }
      expect(equal / graphs.length).toBeGreaterThan(0.9)
    },
  )
})
