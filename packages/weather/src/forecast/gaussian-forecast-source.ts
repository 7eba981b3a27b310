import type { ForecastSource } from "./forecast-source.ts"

/** A source whose members are draws of a Gaussian in every cell that is known itself: verification then gives its exact CRPS as well. */
export interface GaussianForecastSource extends ForecastSource {
  /** Mean and standard deviation for start number `start`, [L, V, H, W] each. */
  readGaussian(start: number): Promise<{ readonly mean: Float32Array; readonly deviation: Float32Array }>
}

/** Whether a source is one. */
export const isGaussian = (source: ForecastSource): source is GaussianForecastSource => "readGaussian" in source
