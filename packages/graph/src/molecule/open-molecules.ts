import { basename } from "node:path"
import { ConfigError, type RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import type { MoleculeDataset } from "./molecule-dataset.ts"
import { findQm9, openQm9 } from "./open-qm9.ts"
import { readSmiles, type ReadSmilesOptions } from "./read-smiles.ts"

/** Options of `openMolecules`. */
export interface OpenMoleculesOptions extends ReadSmilesOptions {
  /** Deals the molecules that the file assigns to no split. */
  readonly random: RandomStream
  /** Shares of validation and test among them. @defaultValue [0.1, 0.1] */
  readonly shares?: readonly [validation: number, test: number] | undefined
}

/**
 * A file of SMILES as a data set: split by its second column (train, valid, test) where it has one, the others dealt at random. A file
 * of QM9 beside its published splits is opened as `openQm9` does.
 *
 * @throws DataError for a file that cannot be read or holds no molecule, ConfigError for shares that leave nothing to train on
 */
export async function openMolecules(file: string, options: OpenMoleculesOptions): Promise<MoleculeDataset> {
  const { random, shares = [0.1, 0.1], ...reading } = options
  if (!shares.every((share) => share >= 0) || !(shares[0] + shares[1] < 1))
    throw new ConfigError(`openMolecules: expected shares of validation and test that sum to less than 1, got ${shares.join(" and ")}`)
  const qm9 = findQm9(file)
  if (qm9) return openQm9(qm9)
  const { graphs, splits: told, vocabulary, charged, faults } = await readSmiles(file, reading)
  const splits: Record<"train" | "validation" | "test", PackedGraph[]> = { train: [], validation: [], test: [] }
  const untold: number[] = []
  for (const [i, graph] of graphs.entries()) {
    const name = told[i]
    if (name === undefined) untold.push(i)
    else splits[name === "val" ? "validation" : name === "test" ? "test" : "train"].push(graph)
  }
  const [validation, test] = shares.map((share) => Math.round(share * untold.length)) as [number, number]
  for (const [rank, at] of random.permutation(untold.length).entries())
    splits[rank < validation ? "validation" : rank < validation + test ? "test" : "train"].push(graphs[untold[at]!]!)
  return { name: basename(file).replace(/\.smi(\.gz)?$/i, ""), vocabulary, splits, charged, faults }
}
