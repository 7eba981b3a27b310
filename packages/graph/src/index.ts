// Graphs in typed arrays
export {
  adjacencyOf,
  componentsOf,
  degreesOf,
  edgeCount,
  isConnected,
  packedGraph,
  relabelled,
  type Adjacency,
  type GraphVocabulary,
  type PackedGraph,
  type PackedGraphLabels,
} from "./graph/packed-graph.ts"

// graphology in and out
export {
  fromGraphology,
  toGraphology,
  type CategoryAttributes,
  type FromGraphologyOptions,
  type ToGraphologyOptions,
} from "./graph/graphology.ts"

// Sets of graphs, generated or from files
export {
  generatedDataset,
  generatedDatasetNames,
  type GeneratedDatasetName,
  type GeneratedDatasetOptions,
} from "./data/generators/generated-dataset.ts"
export type { GraphDataset } from "./data/graph-dataset.ts"
export { openGraphDataset, type OpenGraphDatasetOptions } from "./data/open-graph-dataset.ts"

// What is in a set
export { pickedAtRandom } from "./data/picked-at-random.ts"
export { duplicateStatistics, type DuplicateStatistics, type PartDuplicates } from "./data/duplicate-statistics.ts"
export { graphStatistics, type GraphStatistics, type Range } from "./data/graph-statistics.ts"

// Places to draw graphs at
export { forceLayout, type ForceLayoutOptions } from "./picture/force-layout.ts"
export { growthLayout, type GrowthLayoutOptions, type GrowthPicture } from "./picture/growth-layout.ts"

// Files of graphs
export type { GraphFile, ReadGraphsOptions } from "./data/graph-file.ts"
export { readGraphs } from "./data/read-graphs.ts"
export { checkGraphFileName, writeGraphs, type WriteGraphsOptions } from "./data/write-graphs.ts"

// Metrics: statistics of graphs and distances between sets
export { graphletCounts, localClustering, orbitTotals, type GraphletCounts } from "./metrics/graphlets.ts"
export { describeGraph, type GraphDescription } from "./metrics/describe-graph.ts"
export { laplacianSpectrum } from "./metrics/laplacian-spectrum.ts"
export type { SymmetricEigen } from "./metrics/symmetric-eigen.ts"
export {
  degreeHistogram,
  descriptorNames,
  graphDescriptors,
  type DescriptorName,
  type GraphDescriptors,
} from "./metrics/graph-descriptors.ts"
export { graphMmd, type MmdConvention } from "./metrics/mmd.ts"

// Metrics: exact tests
export { isIsomorphic, isomorphismClasses } from "./metrics/isomorphism.ts"
export { isPlanar } from "./metrics/planarity.ts"

// Evaluation of sets of graphs
export { evaluateGraphs, evaluateGraphSets, type EvaluateGraphsOptions, type GraphSet } from "./metrics/evaluate-graphs.ts"
export type { GraphEvaluation, GraphFloors, GraphScores, GraphSetsEvaluation, ValidityShares } from "./metrics/graph-evaluation.ts"
export { graphValidity, validityRules, type GraphValidity, type ValidityRule } from "./metrics/graph-validity.ts"
export { mmdRatio, mmdTable, type DrawSpread, type MmdFloor, type MmdTable } from "./metrics/mmd-table.ts"
export { blockPartition, type BlockPartition, type BlockPartitionOptions } from "./metrics/block-partition.ts"
export { sbmValidity, type SbmValidity } from "./metrics/sbm-validity.ts"
export { polygraphDiscrepancy, type PolygraphDiscrepancy, type PolygraphDiscrepancyOptions } from "./metrics/polygraph-discrepancy.ts"
export { blockResample, matchedErdosRenyi } from "./metrics/graph-baselines.ts"

// Molecules: files and data sets
export { readSmiles, type ReadSmilesOptions, type SmilesFile } from "./molecule/read-smiles.ts"
export { findQm9, openQm9, qm9Vocabulary, type Qm9Dataset, type Qm9Files } from "./molecule/open-qm9.ts"
export { smilesOf } from "./molecule/molecule-smiles.ts"

// Molecules: chemistry
export { freeValence, isMoleculeVocabulary, valenceOf } from "./molecule/valence.ts"
export { drawMolecules, type DrawMoleculesOptions } from "./molecule/draw-molecules.ts"

// Molecules: metrics
export {
  evaluateMolecules,
  type EvaluateMoleculesOptions,
  type MoleculeDistances,
  type MoleculeEvaluation,
  type MoleculeOrigins,
} from "./molecule/evaluate-molecules.ts"
export type { MoleculeStability } from "./molecule/molecule-stability.ts"
export { linearMmd, nspdkFeatures, type FeatureTotals, type NspdkFeatures } from "./molecule/nspdk.ts"

// Models: training, checkpoints, sampling
export { countTrainingParameters } from "./model/count-training-parameters.ts"
export type { ContractionConfig } from "./contraction/contraction-config.ts"
export type { MatchingPreference } from "./contraction/matching.ts"
export type { RevealOrder } from "./contraction/reveal-order.ts"
export type { ContractionSampling } from "./contraction/sampling-settings.ts"
export type { MaskedConfig, MaskedSampling } from "./masked/masked-config.ts"
export type { MaskedTraining } from "./masked/masked-example.ts"
export type { LatentConfig, LatentSampling } from "./latent/latent-config.ts"
export type { LatentTraining } from "./latent/train-latent.ts"
export type { GraphCondition, GraphProcess, GraphState } from "./process/graph-process.ts"
export {
  graphModel,
  loadGraphModel,
  saveGraphModel,
  type GraphModel,
  type GraphModelConfig,
  type GraphModelOptions,
  type GraphSampling,
  type SaveGraphModelOptions,
} from "./model/graph-model.ts"
export { shippedGraphModelFolder, shippedGraphModels } from "./model/shipped-models.ts"
export { graphPresets } from "./model/presets.ts"
export {
  trainGraphModel,
  type ContractionTrainingConfig,
  type GraphTrainingConfig,
  type GraphTrainingEvent,
  type TrainedGraphModel,
  type TrainGraphModelOptions,
} from "./model/train-graph-model.ts"
export type { LatentTrainingConfig } from "./model/train-latent-model.ts"
export type { MaskedTrainingConfig } from "./model/train-masked-model.ts"
export type { GraphTraining, NetworkTraining } from "./training/graph-training.ts"
export { sampleGraphs } from "./sampling/sample-graphology.ts"
export { samplePackedGraphs, type SampledGraph, type SampleGraphsOptions } from "./sampling/sample-graphs.ts"

// Likelihoods of the other processes, and how well latent codes give graphs back
export { maskedBound, type MaskedBound, type MaskedBoundOptions } from "./masked/masked-bound.ts"
export { latentLikelihood, type LatentLikelihood, type LatentProcessOptions } from "./latent/latent-process.ts"
export { reconstructionReport, type ReconstructionReport } from "./latent/reconstruction.ts"
export type { SizeLaw } from "./process/size-law.ts"

// Invariance under renaming of nodes, and likelihood
export { checkInvariance, type CheckInvarianceOptions, type InvarianceCheck, type InvarianceReport } from "./invariance/check-invariance.ts"
export { contextFreeCodes, type ContextFreeCodes } from "./contraction/context-free-codes.ts"
export {
  contractionPyramid,
  type ContractionLevel,
  type ContractionOptions,
  type ContractionPyramid,
} from "./contraction/contraction-pyramid.ts"
export { graphLikelihoodBound, type GraphLikelihoodBound, type GraphLikelihoodOptions } from "./contraction/likelihood-bound.ts"
