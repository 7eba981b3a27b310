import { textTable } from "@scalewise/cli"
import { evaluateMolecules, isMoleculeVocabulary, type MoleculeEvaluation } from "@scalewise/graph"
import type { RandomStream } from "@scalewise/nn"
import { formatNumber } from "@scalewise/report"
import type { ComparedGraphs } from "./compared-graphs.ts"

/** What chemistry says of samples. */
export interface MoleculeScores {
  readonly scores: MoleculeEvaluation
  readonly text: string
}

/** Judges samples as molecules; undefined where the labels are not those of atoms and bonds. */
export async function moleculeScores(
  { samples, reference, train, validation, vocabulary, unreadable }: ComparedGraphs,
  random: RandomStream,
): Promise<MoleculeScores | undefined> {
  if (!isMoleculeVocabulary(vocabulary)) return undefined
  const scores = await evaluateMolecules(samples, { vocabulary, train, validation, test: reference, unreadable, random })
  return { scores, text: moleculeText(scores) }
}

function moleculeText(scores: MoleculeEvaluation): string {
  const { floors, references, novel, origins, stability } = scores
  const percent = (value: number | null | undefined): string => (value == null ? "" : `${formatNumber(100 * value, { digits: 3 })} %`)
  const number = (value: number | null | undefined): string => (value == null ? "" : formatNumber(value, { digits: 3 }))
  const atoms = stability.hydrogens === "implied" ? " (hydrogens implied)" : ""
  const rows = [
    ["valid", percent(scores.valid)],
    ["valid with charges on N and O", percent(scores.relaxedValid)],
    ["unique, of valid", percent(scores.unique)],
    ["novel to training, of unique", percent(novel.train)],
    ["novel to all, of unique", percent(novel.all)],
    ["V.U.N. (training)", percent(scores.vun)],
    ["valid ones found in training", percent(origins?.train), percent(floors?.origins?.train)],
    ["  in validation and test", percent(origins?.validationAndTest), percent(floors?.origins?.validationAndTest)],
    ["  nowhere", percent(origins?.neither), percent(floors?.origins?.neither)],
    [`stable atoms${atoms}`, percent(stability.atoms)],
    [`stable molecules${atoms}`, percent(stability.molecules)],
    ["total variation: atoms", number(scores.totalVariation.atoms), number(floors?.totalVariation.atoms)],
    ["  bonds", number(scores.totalVariation.bonds), number(floors?.totalVariation.bonds)],
    ["  ring sizes", number(scores.totalVariation.ringSizes), number(floors?.totalVariation.ringSizes)],
    ["  rings of a molecule", number(scores.totalVariation.ringCounts), number(floors?.totalVariation.ringCounts)],
    ["valency, Wasserstein distance", number(scores.valencyW1), number(floors?.valencyW1)],
    ["MMD of substructures (NSPDK)", number(scores.nspdk), number(floors?.nspdk)],
  ]
  const counts = [
    `${references.train ?? 0} training`,
    ...(references.validation === null ? [] : [`${references.validation} validation`]),
    `${references.test} test molecules`,
  ]
  return [
    `As molecules, ${scores.count} samples (${scores.unreadable} unreadable), against ${counts.join(", ")}`,
    textTable(["", "samples", ...(floors ? [`${floors.count} real (${floors.from})`] : [])], rows),
  ].join("\n")
}
