import { ConfigError, DataError, type RandomStream } from "@scalewise/nn"
import { pickedAtRandom } from "../data/picked-at-random.ts"
import { isConnected, type GraphVocabulary, type PackedGraph } from "../graph/packed-graph.ts"
import { moleculeJudge, type CanonicalMolecule, type MoleculeJudge } from "./canonical-molecules.ts"
import { knownMolecules } from "./known-molecules.ts"
import { moleculeStability, type MoleculeStability } from "./molecule-stability.ts"
import { moleculeStatistics, statisticDistances, type MoleculeStatistics, type StatisticDistances } from "./molecule-statistics.ts"
import { linearMmd, nspdkFeatures } from "./nspdk.ts"
import { loadRdkit } from "./rdkit.ts"
import { sharedVocabulary } from "./shared-vocabulary.ts"
import { bondOrdersOf } from "./valence.ts"

/** Where valid molecules lie, as shares of them. */
export interface MoleculeOrigins {
  readonly train: number
  /** In validation or test, and not in train. */
  readonly validationAndTest: number
  readonly neither: number
}

/** Distances of a set of molecules from the test molecules. */
export interface MoleculeDistances extends StatisticDistances {
  /** Squared maximum mean discrepancy under the NSPDK kernel, aromatic bonds single; of samples the valid ones. Null without any. */
  readonly nspdk: number | null
}

/** What `evaluateMolecules` measures, as plain JSON. All shares are from 0 to 1; null where there is nothing to divide by or to compare with. */
export interface MoleculeEvaluation extends MoleculeDistances {
  /** Molecules that were judged, the unreadable ones among them. */
  readonly count: number
  /** Samples that were no graphs, such as lines that do not parse: they count as not valid and enter no other figure. */
  readonly unreadable: number
  /** Share of all that RDKit sanitises. */
  readonly valid: number
  /** Share of all that RDKit sanitises after a charge on every N and O with one bond too many. */
  readonly relaxedValid: number
  /** Share of readable graphs that are in one piece. */
  readonly connected: number | null
  /** Different canonical SMILES (of largest fragments) per valid molecule. */
  readonly unique: number | null
  /** Shares of the different valid molecules that are not in train, and not in train, validation or test. */
  readonly novel: { readonly train: number | null; readonly all: number | null }
  /** Share of all that are valid, not the same as an earlier one, and not in train. */
  readonly vun: number | null
  readonly origins: MoleculeOrigins | null
  readonly stability: MoleculeStability
  /** How many molecules the references hold. */
  readonly references: { readonly train: number | null; readonly validation: number | null; readonly test: number }
  /** The same of real molecules, drawn from the validation molecules (without these, train), as many as samples if there are so many: what a perfect sampler attains. */
  readonly floors:
    | (MoleculeDistances & { readonly count: number; readonly from: "validation" | "train"; readonly origins: MoleculeOrigins | null })
    | null
}

/** Options of `evaluateMolecules`. */
export interface EvaluateMoleculesOptions {
  /** Atoms and bonds of the samples. */
  readonly vocabulary: GraphVocabulary
  /** Atoms and bonds of the references. @defaultValue those of the samples */
  readonly referenceVocabulary?: GraphVocabulary | undefined
  /** Molecules that a sampler has seen: novelty is measured against them. */
  readonly train?: readonly PackedGraph[] | undefined
  readonly validation?: readonly PackedGraph[] | undefined
  /** Molecules that samples are held against. */
  readonly test: readonly PackedGraph[]
  /** Samples that could not be read as graphs. @defaultValue 0 */
  readonly unreadable?: number | undefined
  /** Chooses the molecules of the floors. */
  readonly random: RandomStream
}

/**
 * Judges generated molecules: validity by RDKit, uniqueness, novelty against named references, stability, and distances of atoms, bonds,
 * rings and substructures from the test molecules, beside what as many real molecules attain.
 *
 * @throws DataError without samples or test molecules, ConfigError for vocabularies that are none of molecules
 */
export async function evaluateMolecules(samples: readonly PackedGraph[], options: EvaluateMoleculesOptions): Promise<MoleculeEvaluation> {
  const { vocabulary: own, referenceVocabulary = own, train, validation, test, unreadable = 0, random } = options
  const count = samples.length + unreadable
  if (count === 0 || test.length === 0)
    throw new DataError(`evaluateMolecules: expected samples and test molecules, got ${count} and ${test.length}`)
  if (!Number.isInteger(unreadable) || unreadable < 0)
    throw new ConfigError(`evaluateMolecules: expected a count of unreadable samples, got ${unreadable}`)
  const { vocabulary, translate } = sharedVocabulary(own, referenceVocabulary)
  const graphs = translate(samples, own)
  const real = {
    train: train && translate(train, referenceVocabulary),
    validation: validation && translate(validation, referenceVocabulary),
    test: translate(test, referenceVocabulary),
  }
  const judge = moleculeJudge(await loadRdkit(), vocabulary)
  const orders = bondOrdersOf(vocabulary)

  const molecules = graphs.map((graph) => judge.canonical(graph))
  const valid = molecules.filter((molecule) => molecule !== undefined)
  const relaxed = graphs.filter((graph, i) => molecules[i] ?? judge.relaxed(graph)).length
  const distinct = new Set(valid.map(({ smiles }) => smiles))
  const known = { judge, orders }
  const inTrain = real.train && knownMolecules(valid, real.train, known)
  const inRest = inTrain && real.validation && knownMolecules(valid, [...real.validation, ...real.test], known)
  const novel = inTrain && distinct.size - inTrain.size
  const outside = inTrain && inRest && [...distinct].filter((smiles) => !inTrain.has(smiles) && !inRest.has(smiles)).length

  const distanceFrom = distances(real.test, { judge, orders })
  return {
    count,
    unreadable,
    valid: valid.length / count,
    relaxedValid: relaxed / count,
    connected: ratio(graphs.filter(isConnected).length, graphs.length),
    unique: ratio(distinct.size, valid.length),
    novel: { train: ratio(novel, distinct.size), all: ratio(outside, distinct.size) },
    vun: ratio(novel, count),
    origins: inTrain && inRest ? origins(valid, inTrain, inRest) : null,
    stability: moleculeStability(graphs, vocabulary),
    ...distanceFrom(
      graphs,
      graphs.filter((_, i) => molecules[i]),
    ),
    references: { train: train?.length ?? null, validation: validation?.length ?? null, test: test.length },
    floors: floors(real, { count: samples.length, random, distanceFrom }),
  }
}

const ratio = (part: number | undefined, whole: number): number | null => (part === undefined || whole === 0 ? null : part / whole)

function origins(valid: readonly CanonicalMolecule[], inTrain: Set<string>, inRest: Set<string>): MoleculeOrigins | null {
  if (valid.length === 0) return null
  const train = valid.filter(({ smiles }) => inTrain.has(smiles)).length
  const rest = valid.filter(({ smiles }) => !inTrain.has(smiles) && inRest.has(smiles)).length
  return { train: train / valid.length, validationAndTest: rest / valid.length, neither: (valid.length - train - rest) / valid.length }
}

type DistanceFrom = (graphs: readonly PackedGraph[], valid: readonly PackedGraph[]) => MoleculeDistances

/** Distances from the test molecules: statistics of all graphs, NSPDK of the valid ones. */
function distances(test: readonly PackedGraph[], { judge, orders }: { judge: MoleculeJudge; orders: Uint8Array }): DistanceFrom {
  const statisticsOfTest: MoleculeStatistics = moleculeStatistics(test, orders)
  const features = nspdkFeatures()
  const totalOf = (graphs: readonly PackedGraph[]) => features.total(graphs.map((graph) => judge.withoutKekule(graph)))
  const totalOfTest = totalOf(test)
  return (graphs, valid) => ({
    ...statisticDistances(moleculeStatistics(graphs, orders), statisticsOfTest),
    nspdk: valid.length === 0 ? null : linearMmd(totalOf(valid), totalOfTest),
  })
}

interface RealMolecules {
  readonly train: readonly PackedGraph[] | undefined
  readonly validation: readonly PackedGraph[] | undefined
  readonly test: readonly PackedGraph[]
}

interface FloorOptions {
  readonly count: number
  readonly random: RandomStream
  readonly distanceFrom: DistanceFrom
}

function floors({ train, validation, test }: RealMolecules, { count, random, distanceFrom }: FloorOptions): MoleculeEvaluation["floors"] {
  const from = validation?.length ? "validation" : "train"
  const source = from === "validation" ? validation! : (train ?? [])
  if (source.length === 0) return null
  const drawn = pickedAtRandom(source, count, random.fold("floor"))
  const total = (train?.length ?? 0) + (validation?.length ?? 0) + test.length
  return {
    count: drawn.length,
    from,
    ...distanceFrom(drawn, drawn),
    // A perfect sampler draws from the law that all three were drawn from.
    origins: train && validation ? { train: train.length / total, validationAndTest: 1 - train.length / total, neither: 0 } : null,
  }
}
