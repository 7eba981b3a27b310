export { annealed, type AnnealedOptions } from "./annealed.ts"
export { plugin } from "./plugin.ts"
