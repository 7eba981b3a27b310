export { annealed, type AnnealedOptions } from "./annealed.ts"
