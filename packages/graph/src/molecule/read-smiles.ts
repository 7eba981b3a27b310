import { DataError } from "@scalewise/nn"
import type { GraphFile } from "../data/graph-file.ts"
import type { RecordSource } from "../data/graph-record.ts"
import { packRecords } from "../data/pack-records.ts"
import { linesOf, readBytes } from "../data/read-bytes.ts"
import type { GraphVocabulary } from "../graph/packed-graph.ts"
import { moleculeRecord } from "./molecule-record.ts"
import { loadRdkit, withMolecule, type Rdkit } from "./rdkit.ts"
import { atomOf, bondLabels, elements } from "./valence.ts"

/** Options of `readSmiles`. */
export interface ReadSmilesOptions {
  /** Atoms and bonds that are allowed, in the order of their categories. @defaultValue the atoms found, by atomic number and charge; single, double, triple */
  readonly vocabulary?: GraphVocabulary | undefined
  /** Refuse the file at its first fault, instead of leaving that molecule out. @defaultValue false */
  readonly strict?: boolean | undefined
  /** Molecules with a charged atom: left out with their number as the last fault, or kept, with the charges in the labels ("N+"). @defaultValue "drop" */
  readonly charged?: "drop" | "keep" | undefined
}

/** The molecules of a file of SMILES. */
export interface SmilesFile extends GraphFile {
  /** Molecules left out because an atom is charged. */
  readonly charged: number
}

/** Second columns that name a split, and what it is called here. */
const splitNames = new Map([
  ["train", "train"],
  ["training", "train"],
  ["val", "val"],
  ["valid", "val"],
  ["validation", "val"],
  ["test", "test"],
])

/**
 * Reads a file of SMILES (.smi, gzipped or not): one molecule a line and, after white space, optionally the name of its split (train,
 * valid, test) or of itself (otherwise its `id` is its line, from 0). RDKit parses it, a quarter of a millisecond each: heavy atoms, Kekule bonds, hydrogens implied, stereo
 * forgotten.
 *
 * What does not parse, or what its graph would not tell (radicals, isotopes of hydrogen, metals), is left out and told in `faults` with
 * its line.
 *
 * @throws DataError when the file cannot be read or holds no molecule, and at the first fault with `strict`
 */
export async function readSmiles(
  file: string,
  { vocabulary, strict, charged: keep = "drop" }: ReadSmilesOptions = {},
): Promise<SmilesFile> {
  const [rdkit, bytes] = await Promise.all([loadRdkit(), readBytes(file)])
  let charged = 0
  const sources: RecordSource[] = []
  const found = new Set<string>()
  for (const { number, text } of linesOf(bytes)) {
    const [smiles = "", name] = text.trim().split(/\s+/)
    if (smiles === "") continue
    const place = `line ${number}`
    try {
      const { charged: isCharged, ...read } = parseSmiles(rdkit, smiles)
      if (isCharged && keep === "drop") {
        charged++
        continue
      }
      const split = splitNames.get(name?.toLowerCase() ?? "")
      const record = { ...read, split, id: split === undefined && name !== undefined ? name : String(number - 1) }
      for (const label of read.nodeLabels ?? []) if (label !== undefined) found.add(label)
      sources.push({ place, read: () => record })
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      sources.push({
        place,
        read: () => {
          throw error
        },
      })
    }
  }
  const left =
    charged > 0 &&
    `${file}: expected molecules without charges, got ${charged} with some, which are left out; keep charged ones to read them`
  if (left && (strict || sources.length === 0)) throw new DataError(left)
  const packed = packRecords(file, sources, { vocabulary: vocabulary ?? { nodes: sortedAtoms(found), edges: bondLabels }, strict })
  return { ...packed, faults: left ? [...packed.faults, left] : packed.faults, charged }
}

function parseSmiles(rdkit: Rdkit, smiles: string) {
  const record = withMolecule(rdkit, smiles, moleculeRecord)
  if (!record) throw new DataError(`expected a SMILES that RDKit can read, got ${JSON.stringify(smiles)}`)
  return record
}

const sortedAtoms = (labels: Iterable<string>): string[] => {
  const rank = (label: string): number => elements.indexOf(atomOf(label)!.symbol) * 100 + ((atomOf(label)!.charge + 50) % 100)
  return [...labels].sort((a, b) => rank(a) - rank(b))
}
