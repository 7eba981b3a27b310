import type { ValidityRule } from "./graph-validity.ts"
import type { DrawSpread, MmdFloor, MmdTable } from "./mmd-table.ts"

/** Shares of graphs that keep a rule. */
export interface ValidityShares {
  readonly connected: number
  /** Connected and planar. */
  readonly planar: number
  readonly tree: number
  /** By the ICL test, which is not graph-tool's: see `sbmValidity`. */
  readonly sbmValid: number
}

/** What is measured of a set of graphs, as plain JSON. Shares are from 0 to 1; null where there are no training graphs to compare with, or too few graphs. */
export interface GraphScores extends ValidityShares {
  readonly count: number
  /** Squared maximum mean discrepancies from the reference graphs. */
  readonly mmd: MmdTable<number | null>
  /** Mean of the total-variation figures, each divided by that of all training graphs. */
  readonly ratio: number | null
  /** Share not isomorphic to an earlier graph of the set. */
  readonly unique: number
  /** Share not isomorphic to a training graph. */
  readonly novel: number | null
  /** Share that is valid by the chosen rule, unique and novel. */
  readonly vun: number | null
  readonly isomorphicToTrain: number | null
  /** PolyGraph-style discrepancy from the reference: 0 where nothing tells them apart. */
  readonly pgd: number | null
}

/** What the scores of a set must be held against. */
export interface GraphFloors {
  /** The rule behind `vun`. */
  readonly validity: ValidityRule
  /** Graphs that enter distances: larger sets are represented by random graphs of theirs. */
  readonly compared: { readonly samples: number; readonly reference: number; readonly train: number }
  /** The reference graphs themselves. */
  readonly reference: ValidityShares & { readonly count: number; readonly unique: number; readonly isomorphicToTrain: number | null }
  /** All training graphs against the reference: the floor that published tables print. */
  readonly train: (ValidityShares & { readonly count: number; readonly mmd: MmdTable<number | null> }) | null
  /** Random training graphs against the reference, as many as there are samples, and 200: what a perfect sampler is to be expected to score. */
  readonly perfect: readonly MmdFloor[]
  /** Discrepancy of as many random training graphs. */
  readonly pgd: DrawSpread | null
}

/** Scores of a set of graphs, beside its floors and naive baselines. */
export interface GraphEvaluation extends GraphScores, Omit<GraphSetsEvaluation, "scores"> {}

/** Scores of several sets of graphs, in their order, beside floors and baselines for as many graphs as the first set has. */
export interface GraphSetsEvaluation {
  readonly scores: readonly GraphScores[]
  readonly floors: GraphFloors
  /** Classical samplers fitted to the training graphs, as many graphs as samples; null without training graphs. */
  readonly baselines: { readonly erdosRenyi: GraphScores; readonly blockResample: GraphScores } | null
}
