/** For test suites: comparisons, gradient checks, backends and reference data. */
export { checkGradient, type CheckGradientOptions } from "./check-gradient.ts"
export { expectAllClose, type AllCloseOptions, type NumericArray } from "./expect-all-close.ts"
export { sharedFolder } from "./shared-folder.ts"
export { testBackends } from "./test-backends.ts"
