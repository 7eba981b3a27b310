export { installKernels, type InstalledKernels } from "./install-kernels.ts"
export type { AdamWAttributes } from "./adamw.ts"
