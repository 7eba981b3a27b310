import type { ImageModel } from "../model/image-model.ts"
import type { TokenProcess } from "./sampling-process.ts"

/** What a wrapper is told. */
export interface SamplingWrapperContext {
  readonly model: ImageModel
  /** The values of the command's flags, those of the wrapper's own plugin among them. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What a plugin gives to the sampling of images. */
export interface SamplingWrapper {
  /**
   * The process to draw with in place of `process`, which guidance, temperature and filters are in already. It draws the same tokens
   * [B, sites] (or bits) and reads out the same pictures.
   */
  wrap(process: TokenProcess, context: SamplingWrapperContext): TokenProcess
}
