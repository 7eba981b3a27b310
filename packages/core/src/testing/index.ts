/** For test suites of processes and quantisers, in this package and in extensions. */
export { checkBackwardProcess, type CheckBackwardProcessOptions } from "./check-backward-process.ts"
export { checkQuantiser, type CheckQuantiserOptions } from "./check-quantiser.ts"
export {
  twoScaleModel,
  twoScaleOutcomes,
  twoScaleProbability,
  twoScaleProcess,
  twoScaleReadout,
  type TwoScaleCondition,
  type TwoScaleState,
} from "./two-scale-pyramid.ts"
