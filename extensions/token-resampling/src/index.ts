export { plugin } from "./plugin.ts"
export { resampled, resampledLaw, type ResampledOptions } from "./resampled.ts"
