// Section 3: the two processes and the sampling loop
export type { ForwardProcess } from "./process/forward-process.ts"
export type { BackwardProcess } from "./process/backward-process.ts"

export { refine, sample, type RefineOptions, type Refinement } from "./process/refine.ts"

// Distributions
export type { Distribution } from "./distribution/distribution.ts"
