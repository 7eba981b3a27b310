import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { DataError } from "@scalewise/nn"
import type { GraphDataset } from "../data/graph-dataset.ts"
import { linesOf, readBytes } from "../data/read-bytes.ts"
import { packedGraph, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { readSmiles } from "./read-smiles.ts"
import { bondLabels } from "./valence.ts"

/** Atoms and bonds of QM9 without hydrogens and charges. */
export const qm9Vocabulary: GraphVocabulary = { nodes: ["C", "N", "O", "F"], edges: bondLabels }

/** Files of QM9; each may also end in .gz. */
export interface Qm9Files {
  /** One molecule a line: SMILES, or (.tsv) its heavy-atom graph as letters, bonds "ijo" and, if charged, charges. */
  readonly molecules: string
  /** One character a line: t, v or s (train, validation, test); what follows it is not read. */
  readonly splits: string
}

/** QM9 in its published division. */
export interface Qm9Dataset extends GraphDataset {
  /** Molecules left out because an atom is charged. */
  readonly charged: number
}

/** Names of QM9's files in a folder; the graphs are read in a second, the SMILES in half a minute. */
const graphsName = "qm9_graphs.tsv"
const smilesName = "qm9.smi"
const splitsName = "qm9_splits.txt"

/**
 * The files of QM9 in a folder, or beside one of them; undefined where the splits, or both forms of the molecules, are missing.
 *
 * @param path - a folder, or the path of `qm9.smi` or `qm9_graphs.tsv` in it
 */
export function findQm9(path: string): Qm9Files | undefined {
  const folder = /(?:qm9\.smi|qm9_graphs\.tsv)(?:\.gz)?$/.test(path) ? dirname(path) : path
  const found = (name: string): string | undefined => [join(folder, name), join(folder, `${name}.gz`)].find((file) => existsSync(file))
  const molecules = found(graphsName) ?? found(smilesName)
  const splits = found(splitsName)
  return molecules && splits ? { molecules, splits } : undefined
}

/**
 * QM9 with its published split (DiGress): molecules of up to nine atoms C, N, O, F, hydrogens implied, Kekule bonds. Charged molecules
 * are left out, which leaves 98,653 to train on, 20,201 to validate and 13,186 to test.
 *
 * @param source - the folder with `qm9_graphs.tsv` or `qm9.smi`, and `qm9_splits.txt`, each also with .gz; one of the first two; or both files
 * @throws DataError for files that are missing, malformed (with the line) or do not fit each other
 */
export async function openQm9(source: string | Qm9Files): Promise<Qm9Dataset> {
  const files = typeof source === "string" ? filesIn(source) : source
  const splitOf = await readSplits(files.splits)
  const splits: GraphDataset["splits"] = { train: [], validation: [], test: [] }
  const read = /\.tsv(\.gz)?$/.test(files.molecules) ? await readRows(files.molecules) : await readLines(files.molecules)
  if (read.count !== splitOf.length) {
    throw new DataError(
      `${files.splits}: expected a split for each of the ${read.count} molecules of ${files.molecules}, got ${splitOf.length}; fetch both again`,
    )
  }
  for (const { line, graph } of read.molecules) splits[splitOf[line]!].push(graph)
  const origin = `QM9 without its ${read.charged} charged molecules, in the published division`
  return { name: "qm9", vocabulary: qm9Vocabulary, splits, origin, charged: read.charged, faults: read.faults }
}

function filesIn(path: string): Qm9Files {
  const files = findQm9(path)
  if (files) return files
  throw new DataError(
    `${path}: expected ${graphsName} or ${smilesName}, and ${splitsName}, each also with .gz, got a folder without; name the one that has them`,
  )
}

interface Reading {
  /** Lines of the file. */
  readonly count: number
  readonly molecules: readonly { readonly line: number; readonly graph: PackedGraph }[]
  readonly charged: number
  readonly faults: readonly string[]
}

async function readSplits(file: string): Promise<("train" | "validation" | "test")[]> {
  const names = { t: "train", v: "validation", s: "test" } as const
  return Array.from(linesOf(await readBytes(file)), ({ number, text }) => {
    const name = names[text[0] as keyof typeof names]
    if (!name) throw new DataError(`${file}, line ${number}: expected t, v or s, got ${JSON.stringify(text)}; fetch the file again`)
    return name
  })
}

async function readLines(file: string): Promise<Reading> {
  const { graphs, ids, charged, faults } = await readSmiles(file, { vocabulary: qm9Vocabulary })
  const molecules = graphs.map((graph, i) => ({ line: Number(ids[i]), graph })) // a file without a second column
  const others = charged > 0 ? faults.slice(0, -1) : faults // the last one tells of the charged
  return { count: Array.from(linesOf(await readBytes(file))).length, molecules, charged, faults: others }
}

async function readRows(file: string): Promise<Reading> {
  let charged = 0
  let count = 0
  const molecules: Reading["molecules"][number][] = []
  for (const { number, text } of linesOf(await readBytes(file))) {
    count++
    const [atoms = "", bonds = "", charges = ""] = text.split("\t")
    if (!/^[CNOF]+$/.test(atoms) || !/^(?:\d\d[123])*$/.test(bonds)) {
      throw new DataError(
        `${file}, line ${number}: expected letters of atoms, a tab and bonds of three digits (from, to, order), got ${JSON.stringify(text)}; fetch the file again`,
      )
    }
    if (charges !== "") charged++
    else molecules.push({ line: number - 1, graph: rowGraph(atoms, bonds) })
  }
  return { count, molecules, charged, faults: [] }
}

function rowGraph(atoms: string, bonds: string): PackedGraph {
  const pairs: number[] = []
  const edgeLabels: number[] = []
  for (let i = 0; i < bonds.length; i += 3) {
    pairs.push(Number(bonds[i]), Number(bonds[i + 1]))
    edgeLabels.push(Number(bonds[i + 2]) - 1)
  }
  return packedGraph(atoms.length, pairs, { nodeLabels: Array.from(atoms, (letter) => qm9Vocabulary.nodes.indexOf(letter)), edgeLabels })
}
